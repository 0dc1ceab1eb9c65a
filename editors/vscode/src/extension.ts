import * as vscode from 'vscode';
import { showTrustGraph, showVersion, writeConfiguration } from './commands';
import { Server, SHOW_REFERENCES } from './server';
import { Status } from './status';
import { Tasks } from './tasks';

let server: Server | undefined;

export async function activate(context: vscode.ExtensionContext): Promise<void> {
  const output = vscode.window.createOutputChannel('Crosstrail', { log: true });
  const trace = vscode.window.createOutputChannel('Crosstrail Trace');
  const status = new Status();
  const running = new Server(context, status, output, trace);
  server = running;

  const command = (name: string, action: () => unknown): vscode.Disposable =>
    vscode.commands.registerCommand(`crosstrail.${name}`, async () => {
      try {
        await action();
      } catch (error) {
        const reason = error instanceof Error ? error.message : String(error);
        output.error(`${name}: ${reason}`);
        void vscode.window.showErrorMessage(`Crosstrail: ${reason}`);
      }
    });
  const walkthrough = `${context.extension.id}#start`;
  context.subscriptions.push(
    output,
    trace,
    status,
    command('restartServer', () => running.restart()),
    command('showOutput', () => output.show()),
    command('showTrace', () => trace.show()),
    command('showVersion', () => showVersion(context)),
    command('showTrustGraph', () => showTrustGraph(context)),
    command('writeConfiguration', () => writeConfiguration(context)),
    command('openWalkthrough', () => vscode.commands.executeCommand('workbench.action.openWalkthrough', walkthrough, false)),
    vscode.commands.registerCommand(SHOW_REFERENCES, (...words: Parameters<Server['showReferences']>) => running.showReferences(...words)),
    vscode.tasks.registerTaskProvider('crosstrail', new Tasks(context)),
    vscode.workspace.onDidGrantWorkspaceTrust(() => running.restart()),
    vscode.workspace.onDidChangeConfiguration((change) => {
      if (change.affectsConfiguration('crosstrail.server') || change.affectsConfiguration('crosstrail.enable')) {
        void running.restart();
      }
    }),
  );
  await running.restart();
}

export async function deactivate(): Promise<void> {
  await server?.stop();
}
