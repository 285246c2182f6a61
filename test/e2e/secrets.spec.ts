// biome-ignore-all lint/suspicious/noTemplateCurlyInString: expressions and scripts are written like that
import { expect, test, writePlan } from "../helpers/app";
import { filesWith } from "../helpers/files-with";
import { goTo, openPlanFile, planBadge } from "../helpers/screen";

test("a secret is typed unseen, must fit, reaches its task and is forgotten", async ({ launch, folder }) => {
  const opened = await launch();
  const { page } = opened;
  const plan = writePlan(folder, {
    title: "With a token",
    parameters: { token: { type: "secret", pattern: "tk_\\w+", description: "What opens the mine" } },
    subtasks: [
      { id: "use", matrix: { os: ["linux", "mac"] }, env: { T: "${{ params.token }}" }, run: 'test "${#T}" = 9' },
    ],
  });
  await openPlanFile(opened, plan);
  const field = page.getByLabel("token");
  await expect(field).toHaveAttribute("type", "password");
  await field.fill("sesame");
  await field.blur();
  await expect(page.getByText("Must fit the pattern tk_\\w+")).toBeVisible();
  await field.fill("tk_sesame");
  await expect(page.getByText("Must fit the pattern")).toBeHidden();
  await page
    .getByRole("main")
    .getByRole("button", { name: /^Launch (?!paused)/ })
    .click();
  await expect(planBadge(page)).toHaveText("Completed", { timeout: 45_000 });
  await expect.poll(() => filesWith(folder, "tk_sesame"), { timeout: 20_000 }).toEqual([]);
  await goTo(page, "#/launch");
  await expect(page.getByLabel("token")).toHaveValue("");
});
