// Runs suite.cjs in the extension host. Release builds of VS Code take extensionTestsPath only with the smoke test
// driver enabled, which the page's configuration says.
import fs from 'node:fs';
import path from 'node:path';
import { withInstance } from './instance.mjs';

const { EXTENSION, OUT } = process.env;
const TIMEOUT_MS = 180_000;
const suite = new URL('./suite.cjs', import.meta.url).pathname;
// VS Code writes its own complaints to the same console.
const OURS = /^(ok|not ok) - |^\d+ passed, \d+ failed$/;
const log = fs.createWriteStream(path.join(OUT, 'host.log'));
let finish;
const finished = new Promise((resolve) => {
  finish = resolve;
});

const code = await withInstance(
  {
    async prepare(page) {
      await page.exposeFunction('codeAutomationExit', finish);
      await page.exposeFunction('codeAutomationLog', (_type, words) => {
        const text = words.join(' ');
        log.write(`${text}\n`);
        if (OURS.test(text)) console.log(text);
      });
      await page.addInitScript(() => {
        const observer = new MutationObserver(() => {
          const element = document.getElementById('vscode-workbench-web-configuration');
          if (!element) return;
          observer.disconnect();
          const configuration = JSON.parse(element.getAttribute('data-settings'));
          configuration.developmentOptions = { ...configuration.developmentOptions, enableSmokeTestDriver: true };
          element.setAttribute('data-settings', JSON.stringify(configuration));
        });
        observer.observe(document, { childList: true, subtree: true });
      });
    },
  },
  async ({ open }) => {
    const timeout = new Promise((_, reject) => setTimeout(() => reject(new Error('the suite does not end')), TIMEOUT_MS).unref());
    await open((remote) => [['extensionDevelopmentPath', remote(EXTENSION)], ['extensionTestsPath', remote(suite)]]);
    return Promise.race([finished, timeout]);
  },
);
process.exit(code);
