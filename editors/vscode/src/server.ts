import * as vscode from 'vscode';
import {
  type ClientCapabilities,
  LanguageClient,
  type LanguageClientOptions,
  type Location,
  type Position,
  type ServerOptions,
  State,
  TransportKind,
} from 'vscode-languageclient/node';
import { type Binary, findBinary, NoBinary } from './binary';
import { type Status } from './status';

/** File names decide, since other extensions give these files other languages. */
const DOCUMENTS = [
  { scheme: 'file', language: 'terraform' },
  { scheme: 'file', language: 'terraform-vars' },
  { scheme: 'file', pattern: '**/*.{tf,tofu,tfvars}' },
  { scheme: 'file', pattern: '**/*.json' },
  { scheme: 'file', pattern: '**/crosstrail.toml' },
];
export const SHOW_REFERENCES = 'crosstrail.showReferences';
const HELP = vscode.Uri.parse('https://github.com/crosstrail/crosstrail/blob/main/editors/README.md');

/** The server of the workspace: at most one runs, and starts and stops follow each other. */
export class Server {
  private client: LanguageClient | undefined;
  private last: Promise<void> = Promise.resolve();

  constructor(
    private readonly context: vscode.ExtensionContext,
    private readonly status: Status,
    private readonly output: vscode.LogOutputChannel,
    private readonly trace: vscode.OutputChannel,
  ) {}

  /** Starts the server, after stopping the one that runs. */
  restart(): Promise<void> {
    return this.afterLast(async () => {
      await this.stopNow();
      await this.startNow();
    });
  }

  stop(): Promise<void> {
    return this.afterLast(() => this.stopNow());
  }

  /** What the code lenses of the server do. Their arguments are those of the protocol. */
  async showReferences(address: string, position: Position, locations: Location[]): Promise<void> {
    const converter = this.client?.protocol2CodeConverter;
    if (converter !== undefined) {
      const at = converter.asPosition(position);
      const places = locations.map((location) => converter.asLocation(location));
      await vscode.commands.executeCommand('editor.action.showReferences', converter.asUri(address), at, places);
    }
  }

  private afterLast(action: () => Promise<void>): Promise<void> {
    this.last = this.last.then(action, action);
    return this.last;
  }

  private async startNow(): Promise<void> {
    if (!vscode.workspace.getConfiguration('crosstrail').get('enable', true)) {
      this.status.stopped('switched off by `crosstrail.enable`');
      return;
    }
    this.status.starting();
    try {
      const binary = await findBinary(this.context);
      this.output.info(`starting ${binary.command}: ${binary.version}`);
      this.client = this.createClient(binary);
      await this.client.start();
      this.status.running(binary.version);
    } catch (error) {
      await this.failed(error);
    }
  }

  private async stopNow(): Promise<void> {
    const client = this.client;
    this.client = undefined;
    await client?.dispose().catch((error: unknown) => this.output.warn(`the server did not stop: ${String(error)}`));
  }

  private createClient(binary: Binary): LanguageClient {
    const executable = {
      command: binary.command,
      args: ['lsp'],
      transport: TransportKind.stdio,
      options: { env: binary.environment },
    };
    const serverOptions: ServerOptions = { run: executable, debug: executable };
    const clientOptions: LanguageClientOptions = {
      documentSelector: DOCUMENTS,
      outputChannel: this.output,
      traceOutputChannel: this.trace,
      diagnosticCollectionName: 'crosstrail',
    };
    const client = new LanguageClient('crosstrail', 'Crosstrail', serverOptions, clientOptions);
    client.registerFeature({
      fillClientCapabilities(capabilities: ClientCapabilities) {
        capabilities.experimental = { commands: { commands: [SHOW_REFERENCES] } };
      },
      initialize() {},
      getState: () => ({ kind: 'static' }),
      clear() {},
    });
    client.onDidChangeState(({ newState }) => {
      if (newState === State.Running) {
        this.status.running(binary.version);
      } else if (newState === State.Stopped && this.client === client) {
        this.status.failed('the server stopped');
      }
    });
    return client;
  }

  private async failed(error: unknown): Promise<void> {
    const reason = error instanceof Error ? error.message : String(error);
    this.output.error(reason);
    this.status.failed(reason);
    await this.stopNow();
    const settings = 'Open Settings';
    const output = 'Show Output';
    const help = 'Help';
    const buttons = error instanceof NoBinary ? [settings, output, help] : [output, help];
    // Not awaited: the message may stay open for as long as the window.
    void vscode.window.showErrorMessage(`Crosstrail does not run. ${reason}`, ...buttons).then((chosen) => {
      switch (chosen) {
        case settings:
          return vscode.commands.executeCommand('workbench.action.openSettings', 'crosstrail.server.path');
        case output:
          return this.output.show();
        case help:
          return vscode.env.openExternal(HELP);
        default:
          return undefined;
      }
    });
  }
}
