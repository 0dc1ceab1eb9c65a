// A VS Code of one's own: code-server with a profile, extensions and a copy of the workspace in a temporary
// directory, and a page of a headless Chromium in front of it.
import { execFileSync, spawn } from 'node:child_process';
import fs from 'node:fs';
import net from 'node:net';
import os from 'node:os';
import path from 'node:path';
import { chromium } from 'playwright-core';

const { NODE24, CODE, OUT, SERVER, WORKSPACE } = process.env;

// What would stand in front of the editor, or ask for the network.
const QUIET = {
  'chat.commandCenter.enabled': false,
  'chat.disableAIFeatures': true,
  'editor.cursorBlinking': 'solid',
  'editor.hover.delay': 200,
  'editor.minimap.enabled': false,
  'editor.stickyScroll.enabled': false,
  'extensions.autoCheckUpdates': false,
  'extensions.autoUpdate': false,
  'extensions.ignoreRecommendations': true,
  'files.autoSave': 'afterDelay',
  'files.autoSaveDelay': 200,
  'git.enabled': false,
  'npm.fetchOnlinePackageInfo': false,
  'security.workspace.trust.enabled': false,
  'telemetry.telemetryLevel': 'off',
  'update.mode': 'none',
  'window.commandCenter': false,
  'workbench.colorTheme': 'Dark Modern',
  'workbench.enableExperiments': false,
  'workbench.reduceMotion': 'on',
  'workbench.secondarySideBar.defaultVisibility': 'hidden',
  'workbench.settings.enableNaturalLanguageSearch': false,
  'workbench.startupEditor': 'none',
  'workbench.tips.enabled': false,
};
const CHROMIUM = ['--no-sandbox', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync', '--force-color-profile=srgb'];

const PATIENCE_MS = 120_000;

/** Runs `use({ page, open, workspace })` and takes everything down after it. Returns what `use` returns. */
export async function withInstance({ vsix, prepare }, use) {
  const directory = fs.mkdtempSync(path.join(os.tmpdir(), 'crosstrail-vscode-'));
  const inside = (...parts) => path.join(directory, ...parts);
  fs.mkdirSync(inside('data', 'User'), { recursive: true });
  fs.mkdirSync(inside('extensions'));
  fs.cpSync(WORKSPACE, inside('workspace'), { recursive: true });
  fs.writeFileSync(inside('config.yaml'), '');
  const settings = { ...QUIET, 'crosstrail.server.path': SERVER };
  fs.writeFileSync(inside('data', 'User', 'settings.json'), JSON.stringify(settings));
  const common = [path.join(CODE, 'out/node/entry.js'), '--user-data-dir', inside('data'), '--extensions-dir', inside('extensions'), '--config', inside('config.yaml')];
  const env = { ...process.env, EXTENSIONS_GALLERY: '{"serviceUrl":""}' };
  delete env.VSCODE_IPC_HOOK_CLI;
  if (vsix) execFileSync(NODE24, [...common, '--install-extension', vsix], { env, stdio: ['ignore', 'ignore', 'inherit'] });

  const port = await freePort();
  const log = fs.openSync(path.join(OUT, 'code-server.log'), 'a');
  const server = spawn(NODE24, [...common, '--auth', 'none', '--bind-addr', `127.0.0.1:${port}`, '--disable-telemetry', '--disable-update-check', '--disable-workspace-trust', '--disable-getting-started-override'], { env, stdio: ['ignore', log, log] });
  let browser;
  let page;
  try {
    await healthy(port);
    browser = await chromium.launch({ executablePath: '/usr/bin/chromium', headless: true, args: CHROMIUM });
    page = await (await browser.newContext({ viewport: { width: 1280, height: 800 }, locale: 'en-US' })).newPage();
    await prepare?.(page);
    const remote = (file) => `vscode-remote://127.0.0.1:${port}${file}`;
    const open = async (payload) => {
      await page.goto(`http://127.0.0.1:${port}/?folder=${encodeURIComponent(inside('workspace'))}&payload=${encodeURIComponent(JSON.stringify(payload(remote)))}`, { timeout: PATIENCE_MS, waitUntil: 'domcontentloaded' });
      await page.waitForSelector('.monaco-workbench', { timeout: PATIENCE_MS });
    };
    return await use({ page, open, workspace: inside('workspace') });
  } catch (error) {
    await page?.screenshot({ path: path.join(OUT, 'failure.png') }).catch(() => {});
    throw error;
  } finally {
    await browser?.close();
    server.kill('SIGTERM');
    fs.rmSync(directory, { recursive: true, force: true, maxRetries: 3 });
  }
}

function freePort() {
  return new Promise((resolve) => {
    const probe = net.createServer().listen(0, '127.0.0.1', () => {
      const { port } = probe.address();
      probe.close(() => resolve(port));
    });
  });
}

async function healthy(port) {
  for (let round = 0; round < 300; round += 1) {
    const answer = await fetch(`http://127.0.0.1:${port}/healthz`).catch(() => undefined);
    if (answer?.ok) return;
    await new Promise((resolve) => setTimeout(resolve, 200));
  }
  throw new Error('code-server does not start');
}
