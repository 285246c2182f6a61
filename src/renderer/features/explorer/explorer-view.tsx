import type { ExplorerPlace } from "../../location";
import { Page } from "../../ui/page";

export function ExplorerView({ place: _place }: { readonly place: ExplorerPlace }) {
  return (
    <Page title="Explorer">
      <p>Explorer</p>
    </Page>
  );
}
