import * as vscode from 'vscode';
import { findBinary } from './binary';

const TYPE = 'crosstrail';

/** `crosstrail lint` as a task of each folder, its findings as problems of files that are not open. */
export class Tasks implements vscode.TaskProvider {
  constructor(private readonly context: vscode.ExtensionContext) {}

  async provideTasks(): Promise<vscode.Task[]> {
    const folders = vscode.workspace.workspaceFolders ?? [];
    const definition = { type: TYPE, command: 'lint' };
    return Promise.all(folders.map((folder) => this.task(definition, folder)));
  }

  async resolveTask(task: vscode.Task): Promise<vscode.Task> {
    return this.task(task.definition, task.scope ?? vscode.TaskScope.Workspace);
  }

  private async task(definition: vscode.TaskDefinition, scope: vscode.WorkspaceFolder | vscode.TaskScope): Promise<vscode.Task> {
    const { command, environment } = await findBinary(this.context);
    const extra: unknown = definition['arguments'];
    const words = [String(definition['command']), '--format', 'concise', ...(Array.isArray(extra) ? extra.map(String) : [])];
    const execution = new vscode.ProcessExecution(command, words, { env: definedOnly(environment) });
    const task = new vscode.Task(definition, scope, 'lint', 'crosstrail', execution, '$crosstrail');
    task.group = vscode.TaskGroup.Test;
    return task;
  }
}

function definedOnly(environment: NodeJS.ProcessEnv): Record<string, string> {
  const isDefined = (entry: [string, string | undefined]): entry is [string, string] => entry[1] !== undefined;
  return Object.fromEntries(Object.entries(environment).filter(isDefined));
}
