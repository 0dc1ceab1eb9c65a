import * as vscode from 'vscode';

/** The item in the status bar. */
export class Status implements vscode.Disposable {
  private readonly item: vscode.StatusBarItem;

  constructor() {
    this.item = vscode.window.createStatusBarItem('crosstrail.status', vscode.StatusBarAlignment.Left, 0);
    this.item.name = 'Crosstrail';
    this.item.command = 'crosstrail.showOutput';
    this.item.show();
  }

  starting(): void {
    this.show('$(sync~spin) Crosstrail', 'Crosstrail starts');
  }

  running(version: string): void {
    this.show('$(shield) Crosstrail', version);
  }

  stopped(reason: string): void {
    this.show('$(circle-slash) Crosstrail', reason);
  }

  failed(reason: string): void {
    this.show('$(error) Crosstrail', reason, new vscode.ThemeColor('statusBarItem.errorBackground'));
  }

  dispose(): void {
    this.item.dispose();
  }

  private show(text: string, tooltip: string, background?: vscode.ThemeColor): void {
    this.item.text = text;
    this.item.tooltip = `${tooltip}\nClick for the output.`;
    this.item.backgroundColor = background;
  }
}
