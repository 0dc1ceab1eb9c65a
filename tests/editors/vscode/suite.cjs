// Runs inside the extension host: what the extension and the server answer by the API of VS Code.
const assert = require('node:assert');
const vscode = require('vscode');

const PATIENCE_MS = 30_000;
const root = vscode.workspace.workspaceFolders[0].uri;
const uri = (name) => vscode.Uri.joinPath(root, name);
const codes = (file) => vscode.languages.getDiagnostics(file).map((it) => it.code?.value ?? it.code).sort();

async function eventually(condition, what) {
  const end = Date.now() + PATIENCE_MS;
  for (;;) {
    const value = await condition();
    if (value) return value;
    assert.ok(Date.now() < end, `timeout: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}

/** The position in the middle of the first `word` of the document. */
function at(document, word) {
  const offset = document.getText().indexOf(word);
  assert.ok(offset >= 0, `no ${word}`);
  return document.positionAt(offset + Math.floor(word.length / 2));
}

async function quickFix(document, word, title) {
  const position = at(document, word);
  const actions = await vscode.commands.executeCommand('vscode.executeCodeActionProvider', document.uri, new vscode.Range(position, position), vscode.CodeActionKind.QuickFix.value, 20);
  const action = actions.find((it) => title.test(it.title));
  assert.ok(action, `no ${title} among ${actions.map((it) => it.title).join(' | ')}`);
  assert.ok(await vscode.workspace.applyEdit(action.edit));
}

let audit;
const tests = {
  async 'the extension is active'() {
    const extension = vscode.extensions.getExtension('crosstrail.crosstrail');
    await extension.activate();
    assert.ok(extension.isActive);
  },
  async 'the language of .tf is Terraform'() {
    audit = await vscode.workspace.openTextDocument(uri('audit/main.tf'));
    await vscode.window.showTextDocument(audit);
    assert.strictEqual(audit.languageId, 'terraform');
  },
  async 'findings are diagnostics with links to their pages'() {
    await eventually(() => codes(audit.uri).join() === 'assume-role-missing-identity-half,unknown-action', 'diagnostics');
    const [first] = vscode.languages.getDiagnostics(audit.uri);
    assert.strictEqual(first.source, 'crosstrail');
    assert.match(String(first.code.target), /^https:/);
    assert.ok(vscode.languages.getDiagnostics(audit.uri).some((it) => it.relatedInformation?.length));
  },
  async 'hover'() {
    const hovers = await vscode.commands.executeCommand('vscode.executeHoverProvider', audit.uri, at(audit, 'incident-response'));
    assert.ok(hovers.flatMap((it) => it.contents).some((it) => it.value.includes('777788889999')));
  },
  async 'definition leads into another stack'() {
    const found = await vscode.commands.executeCommand('vscode.executeDefinitionProvider', audit.uri, at(audit, 'incident-response'));
    assert.ok(found.some((it) => String(it.uri ?? it.targetUri).endsWith('security/main.tf')));
  },
  async 'completion of actions'() {
    const list = await vscode.commands.executeCommand('vscode.executeCompletionItemProvider', audit.uri, at(audit, 's3:GetObjct'));
    assert.ok(list.items.some((it) => (it.label.label ?? it.label) === 's3:GetObject'));
  },
  async 'symbols'() {
    const symbols = await vscode.commands.executeCommand('vscode.executeDocumentSymbolProvider', audit.uri);
    assert.ok(symbols.some((it) => it.name.includes('log_reader')));
  },
  async 'lenses over roles lead to who trusts them'() {
    const lenses = await vscode.commands.executeCommand('vscode.executeCodeLensProvider', audit.uri, 10);
    const lens = lenses.find((it) => it.command?.title.includes('1 half missing'));
    assert.strictEqual(lens?.command.command, 'crosstrail.showReferences');
    await vscode.commands.executeCommand(lens.command.command, ...lens.command.arguments);
  },
  async 'a quick fix in the file'() {
    await quickFix(audit, 's3:GetObjct', /s3:GetObject/);
    await eventually(() => codes(audit.uri).join() === 'assume-role-missing-identity-half', 'the finding to go');
  },
  async 'a quick fix in the file of the other account'() {
    await quickFix(audit, 'role/incident-response', /add a policy/);
    const security = await vscode.workspace.openTextDocument(uri('security/main.tf'));
    assert.match(security.getText(), /resource "aws_iam_role_policy"/);
    await eventually(() => codes(audit.uri).length === 0, 'the finding to go');
  },
  async 'restart'() {
    await vscode.commands.executeCommand('crosstrail.restartServer');
    await vscode.window.showTextDocument(audit);
    await vscode.commands.executeCommand('undo');
    await eventually(() => codes(audit.uri).length > 0, 'diagnostics after the restart');
  },
  async 'the trust graph opens'() {
    await vscode.commands.executeCommand('crosstrail.showTrustGraph');
    const labels = () => vscode.window.tabGroups.all.flatMap((group) => group.tabs).map((tab) => tab.label);
    await eventually(() => labels().some((it) => it.startsWith('Trust graph')), 'the tab');
  },
  async 'a task of the workspace'() {
    const tasks = await vscode.tasks.fetchTasks({ type: 'crosstrail' });
    assert.strictEqual(tasks.length, 1);
  },
  async 'a server that cannot run is said'() {
    const settings = vscode.workspace.getConfiguration('crosstrail');
    const working = settings.get('server.path');
    await settings.update('server.path', '/nowhere/crosstrail', vscode.ConfigurationTarget.Global);
    await eventually(() => codes(audit.uri).length === 0, 'the diagnostics to go with the server');
    await settings.update('server.path', working, vscode.ConfigurationTarget.Global);
    await eventually(() => codes(audit.uri).length > 0, 'diagnostics once it is back');
  },
};

exports.run = async function run() {
  let failed = 0;
  for (const [name, test] of Object.entries(tests)) {
    try {
      await test();
      console.log(`ok - ${name}`);
    } catch (error) {
      failed += 1;
      console.error(`not ok - ${name}: ${error.stack}`);
    }
  }
  console.log(`${Object.keys(tests).length - failed} passed, ${failed} failed`);
  if (failed) throw new Error(`${failed} tests failed`);
};
