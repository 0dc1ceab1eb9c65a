import { execFile } from 'node:child_process';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';
import { findBinary } from './binary';

/** A picture of a big organisation. */
const OUTPUT_LIMIT = 256 * 1024 * 1024;

/** Who may become whom and reach what in a folder, beside the editor. */
export async function showTrustGraph(context: vscode.ExtensionContext): Promise<void> {
  const folder = await pickFolder();
  if (folder === undefined) {
    return;
  }
  const page = await vscode.window.withProgress(
    { location: vscode.ProgressLocation.Notification, title: `Crosstrail: drawing the trust graph of ${folder.name}` },
    () => crosstrail(context, folder, ['graph', '--format', 'html', '.']),
  );
  const panel = vscode.window.createWebviewPanel('crosstrail.trustGraph', `Trust graph: ${folder.name}`, vscode.ViewColumn.Beside, {
    enableScripts: true,
    enableFindWidget: true,
    retainContextWhenHidden: true,
    localResourceRoots: [],
  });
  panel.webview.html = page;
}

/** Writes a `crosstrail.toml` with the accounts that the folder speaks of, and opens it. One that is there is only opened. */
export async function writeConfiguration(context: vscode.ExtensionContext): Promise<void> {
  const folder = await pickFolder();
  if (folder === undefined) {
    return;
  }
  const file = vscode.Uri.joinPath(folder.uri, 'crosstrail.toml');
  const exists = await vscode.workspace.fs.stat(file).then(() => true, () => false);
  if (!exists) {
    await crosstrail(context, folder, ['init']);
  }
  await vscode.window.showTextDocument(file);
}

/** Which server runs, with a button to copy what it says of itself. */
export async function showVersion(context: vscode.ExtensionContext): Promise<void> {
  const { command, version } = await findBinary(context);
  const copy = 'Copy';
  const text = `${version} (${command})`;
  if ((await vscode.window.showInformationMessage(text, copy)) === copy) {
    await vscode.env.clipboard.writeText(text);
  }
}

async function pickFolder(): Promise<vscode.WorkspaceFolder | undefined> {
  const folders = vscode.workspace.workspaceFolders ?? [];
  return folders.length > 1 ? vscode.window.showWorkspaceFolderPick() : folders[0];
}

/** What the command writes to standard output. What it could not read is in its standard error, which fails only with exit status 2. */
async function crosstrail(context: vscode.ExtensionContext, folder: vscode.WorkspaceFolder, words: string[]): Promise<string> {
  const { command, environment } = await findBinary(context);
  const options = { cwd: path.normalize(folder.uri.fsPath), env: environment, maxBuffer: OUTPUT_LIMIT };
  const { stdout } = await promisify(execFile)(command, words, options);
  return stdout;
}
