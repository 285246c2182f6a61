import { call, messageOf } from "../../api";
import { reloadAll } from "../../sync";
import { Button } from "../../ui/button";
import { Failure } from "../../ui/failure";
import { toast } from "../../ui/toast";
import { chooseDatabase } from "../databases/database-choice";
import { loadApp } from "./app-store";

/** In place of every view while no database is open. */
export function NoDatabase({ error }: { readonly error: unknown }) {
  const retry = async (): Promise<void> => {
    await loadApp();
    await reloadAll();
  };
  const quit = async (): Promise<void> => {
    try {
      await call("app.close", { choice: "leave_running" });
    } catch (failure) {
      toast.error("The window could not be closed", { description: messageOf(failure) });
    }
  };
  return (
    <>
      <h1 className="visually-hidden">Hive Console</h1>
      <Failure
        title="The database could not be opened"
        error={error}
        meaning="Nothing was changed. Plans, tasks and workers show as soon as a database is open."
        onRetry={() => void retry()}
        actions={
          <>
            <Button onClick={() => void chooseDatabase()}>Open another database…</Button>
            <Button variant="ghost" onClick={() => void quit()}>
              Quit
            </Button>
          </>
        }
      />
    </>
  );
}
