import { toast } from "../../ui/toast";

/** Puts text on the clipboard and says so. `what`: "the id". */
export async function copyText(text: string, what: string): Promise<void> {
  try {
    await navigator.clipboard.writeText(text);
    toast.success(`Copied ${what}`);
  } catch {
    toast.error("Could not copy", { description: `The window has no access to the clipboard. It is: ${text}` });
  }
}
