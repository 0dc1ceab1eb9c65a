import { execFile } from 'node:child_process';
import { access, constants } from 'node:fs/promises';
import { homedir } from 'node:os';
import * as path from 'node:path';
import { promisify } from 'node:util';
import * as vscode from 'vscode';

const NAME = process.platform === 'win32' ? 'crosstrail.exe' : 'crosstrail';
const VERSION_TIMEOUT_MS = 10_000;

/** A `crosstrail` that can be run. */
export interface Binary {
  readonly command: string;
  readonly environment: NodeJS.ProcessEnv;
  /** What it says to `--version`. */
  readonly version: string;
}

/** Why no `crosstrail` can be run, in words for the user. */
export class NoBinary extends Error {}

/**
 * The binary that the settings name, else the one that comes with the extension, else the one on PATH.
 * A workspace that is not trusted names none.
 */
export async function findBinary(context: vscode.ExtensionContext): Promise<Binary> {
  const settings = vscode.workspace.getConfiguration('crosstrail');
  const isTrusted = vscode.workspace.isTrusted;
  const named = isTrusted ? expand(settings.get('server.path', '').trim()) : '';
  const extra = isTrusted ? settings.get<Record<string, string>>('server.extraEnv', {}) : {};
  const environment = { ...process.env, ...extra };
  const bundled = context.asAbsolutePath(path.join('server', NAME));
  if (named !== '') {
    return run(named, environment, `The setting \`crosstrail.server.path\` names \`${named}\``);
  }
  if (await isExecutable(bundled)) {
    return run(bundled, environment, 'The server that comes with the extension');
  }
  if (!isTrusted) {
    throw new NoBinary('This build of the extension brings no server, and one on PATH is not run in a workspace that is not trusted.');
  }
  return run(NAME, environment, `No server comes with the extension for ${process.platform}-${process.arch}, and \`${NAME}\` on PATH`);
}

/** Asks the binary for its version, so that one that cannot run is found before the client waits for it. */
async function run(command: string, environment: NodeJS.ProcessEnv, what: string): Promise<Binary> {
  try {
    const { stdout } = await promisify(execFile)(command, ['--version'], { env: environment, timeout: VERSION_TIMEOUT_MS });
    return { command, environment, version: stdout.trim() };
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    throw new NoBinary(`${what} cannot be run: ${reason}`, { cause: error });
  }
}

function expand(setting: string): string {
  const folder = vscode.workspace.workspaceFolders?.[0]?.uri.fsPath ?? '';
  return setting.replace(/^~(?=$|[/\\])/, homedir()).replaceAll('${workspaceFolder}', folder);
}

async function isExecutable(file: string): Promise<boolean> {
  return access(file, constants.X_OK).then(() => true, () => false);
}
