import { writeFileSync } from "node:fs";
import { join } from "node:path";
import type { ElectronApplication } from "@playwright/test";
import { expect, test, writePlan } from "../helpers/app";
import { createLook } from "../helpers/looks";
import { goTo, launchFile } from "../helpers/screen";
import { json, startServer } from "../integration/agents/server";

/** From now on main notes what it shows as notifications of the desktop; they are shown as always. */
async function countNatives(app: ElectronApplication): Promise<void> {
  await app.evaluate(({ Notification }) => {
    const shown: string[] = [];
    Object.assign(globalThis, { shownNotifications: shown });
    const show = Notification.prototype.show;
    Notification.isSupported = () => true;
    Notification.prototype.show = function (this: Electron.Notification) {
      shown.push(this.title);
      Object.assign(globalThis, { lastNotification: this });
      show.call(this);
    };
  });
}

const natives = (app: ElectronApplication): Promise<string[]> =>
  app.evaluate(() => [...(Reflect.get(globalThis, "shownNotifications") as string[])]);

/** Runs until the file is there: what happens next is seen from elsewhere. */
const untilThere = (file: string): string => `until [ -e '${file}' ]; do sleep 0.05; done`;

const failing = (title: string, go: string) => ({
  title,
  subtasks: [{ id: "bad", title: "Break", run: `${untilThere(go)}; exit 3` }],
});

test("what happens is told of once, leads to where it happened, and goes to a webhook", async ({ launch, folder }) => {
  const opened = await launch();
  const { app, page } = opened;
  await expect(page.getByRole("heading", { name: "No plans yet" })).toBeVisible();
  await countNatives(app);
  const bell = page.getByRole("button", { name: /^Notifications/ });
  const list = page.getByRole("list", { name: "Notifications" });

  await test.step("a plan that fails while nobody looks at it", async () => {
    await launchFile(opened, writePlan(folder, failing("Release", join(folder, "release"))));
    await goTo(page, "#/overview");
    writeFileSync(join(folder, "release"), "");
    await expect(bell).toHaveAccessibleName("Notifications, 1 unseen", { timeout: 30_000 });
    await expect.poll(() => natives(app)).toEqual(["Release failed"]);
    await expect.poll(() => app.evaluate(({ app: main }) => main.getBadgeCount())).toBeLessThanOrEqual(1);
    await bell.click();
    await expect(list.getByRole("listitem")).toHaveCount(1);
    await list.getByRole("link", { name: /Release failed/ }).click();
    await expect(page.getByRole("heading", { name: "Release" })).toBeVisible();
    await expect(bell).toHaveAccessibleName("Notifications");
  });

  await test.step("a click on the desktop's notification brings the window there", async () => {
    const gate = { id: "gate", title: "Go live?", agent: "approval", dependencies: ["build"] };
    await launchFile(
      opened,
      writePlan(folder, {
        title: "Deploy",
        subtasks: [
          { id: "build", run: untilThere(join(folder, "deploy")) },
          { ...gate, approval: { instructions: "Is it good?" } },
        ],
      }),
    );
    await goTo(page, "#/workers");
    writeFileSync(join(folder, "deploy"), "");
    await expect.poll(() => natives(app), { timeout: 30_000 }).toContain("Approval waiting: Go live? in Deploy");
    await app.evaluate(() => {
      (Reflect.get(globalThis, "lastNotification") as Electron.Notification).emit("click");
    });
    await expect(page.getByRole("complementary").getByText("Go live?").first()).toBeVisible();
    await expect(bell).toHaveAccessibleName("Notifications");
  });

  const server = await startServer(json({ thanks: true }));
  await test.step("a webhook is added, tested, and takes what comes", async () => {
    await goTo(page, "#/settings/notifications");
    await expect(page.getByRole("row").filter({ has: page.getByLabel("Name of Plan failed") })).toContainText("1×");
    await page.getByRole("button", { name: /^Add…/ }).click();
    const dialog = page.getByRole("dialog", { name: "Add a subscription" });
    await dialog.getByLabel("Name", { exact: true }).fill("chat");
    await dialog.getByLabel(/^Where/).fill("status=failed");
    await dialog.getByLabel("Address").fill("not an address");
    await page.keyboard.press("ControlOrMeta+Enter");
    await expect(dialog.getByRole("alert")).toContainText("http://");
    await dialog.getByLabel("Address").fill(`${server.origin}/hook`);
    await dialog.getByRole("button", { name: "Key in safe storage" }).click();
    await dialog.getByLabel(/^Key/).fill("a long secret key");
    await page.keyboard.press("ControlOrMeta+Enter");
    await expect(dialog).toBeHidden();
    await page.getByRole("button", { name: "Test chat" }).click();
    await expect.poll(() => server.requests.length).toBe(1);
    await launchFile(opened, writePlan(folder, failing("Again", folder)));
    await goTo(page, "#/settings/notifications");
    await page.getByRole("button", { name: "Deliveries of chat" }).click();
    await expect(page.getByRole("row").filter({ hasText: "plan.execution_completed" })).toContainText("Delivered", {
      timeout: 30_000,
    });
    expect(server.requests.at(-1)?.headers["x-hive-signature"]).toMatch(/^t=\d+,v1=[0-9a-f]{64}$/);
  });
  await server.close();

  await test.step("all of it is accessible and fits", async () => {
    const { look, found } = await createLook(opened);
    await expect(page.getByRole("list", { name: "Subscriptions" })).toContainText("chat");
    await page.getByRole("button", { name: "Deliveries of chat" }).click();
    await expect(page.getByRole("row").filter({ hasText: "plan.execution_completed" })).toBeVisible();
    await look("settings-subscriptions");
    await bell.click();
    await expect(list.getByRole("listitem").first()).toBeVisible();
    await look("bell");
    expect(found).toEqual([]);
  });

  await opened.quit();
  const again = await launch();
  await expect(again.page.getByRole("navigation", { name: "Main" })).toBeVisible();
  await countNatives(again.app);
  await again.page.getByRole("button", { name: /^Notifications/ }).click();
  await expect(again.page.getByRole("list", { name: "Notifications" }).getByRole("listitem")).toHaveCount(3);
  expect(await natives(again.app)).toEqual([]);
});
