// What a user sees: squiggles, the list of problems, hover, a quick fix in the file, and one that writes the missing
// half into the file of the other account.
import assert from 'node:assert';
import fs from 'node:fs';
import path from 'node:path';
import { withInstance } from './instance.mjs';

const { OUT, VSIX } = process.env;
const SLOW = { timeout: 60_000 };

await withInstance({ vsix: VSIX }, async ({ page, open, workspace }) => {
  const files = { audit: path.join(workspace, 'audit/main.tf'), security: path.join(workspace, 'security/main.tf') };
  const line = (text) => page.locator('.monaco-editor .view-line', { hasText: text }).first();
  const read = (name) => fs.readFileSync(files[name], 'utf8');
  const shot = (name) => page.screenshot({ path: path.join(OUT, `${name}.png`) });

  await open((remote) => [['openFile', remote(files.audit)]]);
  await page.waitForSelector('.monaco-editor .squiggly-error', SLOW);
  const language = await page.locator('#status\\.editor\\.mode').innerText();
  assert.equal(language, 'Terraform');

  await page.keyboard.press('Control+Shift+M');
  const rows = page.locator('.markers-panel .monaco-list-row');
  await rows.filter({ hasText: 'there is no action' }).waitFor(SLOW);
  await rows.filter({ hasText: 'is trusted by' }).first().waitFor(SLOW);
  console.log('ok - both findings are in Problems');

  const hover = page.locator('.monaco-hover:visible', { hasText: '777788889999' }).first();
  // The editor draws its lines anew while the panel opens and when lenses come.
  await until(async () => {
    const principal = await line('role/incident-response').boundingBox({ timeout: 3_000 }).catch(() => null);
    if (!principal) return false;
    await page.mouse.move(0, 0);
    await page.mouse.move(principal.x + 380, principal.y + principal.height / 2, { steps: 5 });
    return hover.waitFor({ timeout: 3_000 }).then(() => true, () => false);
  }, 'hover');
  await page.waitForTimeout(600);
  await shot('hover');
  console.log('ok - hover');

  await quickFix(page, 'there is no action', /s3:GetObject/);
  await until(() => read('audit').includes('"s3:GetObject"'), 'the fix on disk');
  console.log('ok - a quick fix in the file');

  await quickFix(page, 'is trusted by', /add a policy/, async () => {
    await page.mouse.move(0, 0);
    await page.waitForTimeout(600);
    await shot('quick-fix');
  });
  await page.waitForSelector('.monaco-editor .squiggly-error', { ...SLOW, state: 'detached' });
  await until(() => read('security').includes('resource "aws_iam_role_policy"'), 'the missing half on disk');
  console.log('ok - a quick fix writes the missing half into the file of the other account');
});

/** Goes to a finding from the list of problems, opens the list of quick fixes, and takes the one that matches. */
async function quickFix(page, finding, title, before = async () => {}) {
  await page.locator('.markers-panel .monaco-list-row', { hasText: finding }).first().dblclick();
  const action = page.locator('.action-widget .monaco-list-row', { hasText: title }).first();
  // The shortcut does nothing before the editor has the focus.
  await until(async () => {
    await page.keyboard.press('Control+.');
    return action.waitFor({ timeout: 3_000 }).then(() => true, () => false);
  }, `the quick fix ${title}`);
  await before();
  await action.click();
}

async function until(condition, what) {
  const end = Date.now() + SLOW.timeout;
  while (!(await condition())) {
    assert.ok(Date.now() < end, `timeout: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
