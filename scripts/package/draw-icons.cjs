// Runs in Electron: draws HIVE_ICON_SVG in every size into HIVE_ICON_FOLDER.
const { writeFileSync } = require("node:fs");
const { join } = require("node:path");
const { app, BrowserWindow } = require("electron");

const SIZES = [16, 32, 48, 64, 128, 256, 512];

async function draw(svg) {
  const window = new BrowserWindow({ show: false });
  await window.loadURL("data:text/html,<canvas></canvas>");
  for (const size of SIZES) {
    const address = await window.webContents.executeJavaScript(`(async () => {
      const image = new Image();
      image.src = "data:image/svg+xml;base64," + ${JSON.stringify(Buffer.from(svg).toString("base64"))};
      await image.decode();
      const canvas = document.querySelector("canvas");
      canvas.width = canvas.height = ${size};
      const context = canvas.getContext("2d");
      context.imageSmoothingQuality = "high";
      context.drawImage(image, 0, 0, ${size}, ${size});
      return canvas.toDataURL("image/png");
    })()`);
    writeFileSync(
      join(process.env.HIVE_ICON_FOLDER, `${size}x${size}.png`),
      Buffer.from(address.split(",")[1], "base64"),
    );
  }
}

app
  .whenReady()
  .then(() => draw(process.env.HIVE_ICON_SVG))
  .then(
    () => app.exit(0),
    (error) => {
      process.stderr.write(`${error.stack}\n`);
      app.exit(1);
    },
  );
