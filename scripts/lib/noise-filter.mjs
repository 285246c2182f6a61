import { createInterface } from "node:readline";

// Chromium's complaints about a machine without a system bus or a GPU: true, harmless, and nothing to act on.
const NOISE = [
  /:ERROR:(?:\S*\/)?(?:bus|object_proxy)\.cc/,
  /:(?:ERROR|WARNING):(?:\S*\/)?(?:viz_main_impl|gpu_\w+|gl_\w+|command_buffer\w*|shared_image\w*|one_copy_\w+|vaapi_\w+|angle_\w+|sandbox_linux|dri_\w+|egl_\w+|vulkan_\w+|ssl_client_socket_impl)\.cc/,
  /^(?:libva|MESA|libEGL|dri3|pci id for fd)\b/,
  /^DevTools listening on ws:/,
  /Gtk-(?:WARNING|Message).*(?:canberra|atk-bridge|cannot open display settings)/,
  /^\s*$/,
];

/** Whether a line of Electron's stderr is known noise. */
export function isNoise(line) {
  return NOISE.some((pattern) => pattern.test(line));
}

/** Copies a stream line by line, without the noise. */
export function copyWithoutNoise(from, to) {
  createInterface({ input: from }).on("line", (line) => {
    if (!isNoise(line)) to.write(`${line}\n`);
  });
}
