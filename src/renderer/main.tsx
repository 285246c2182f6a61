import "./styles/base.css";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { App } from "./app";
import { askOverviewAhead } from "./features/overview/overview-store";
import { placeNow } from "./location";
import { beginToLoad } from "./views";

const root = document.querySelector("#root");
if (!root) throw new Error("index.html has no #root");
askOverviewAhead();
beginToLoad(placeNow());
createRoot(root).render(
  <StrictMode>
    <App />
  </StrictMode>,
);
