// Name and password. One message for a wrong pair, no hint which was wrong; pasting and password
// managers work.
import { useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { ApiError } from "../../api/client";
import { signIn } from "../../api/session";
import { Field } from "../../design/controls";
import { duration } from "../../design/times";

function wordsFor(error: ApiError): { field: string; text: string } {
  if (error.status === 401) return { field: "Check it and try again", text: error.message || "User name and password do not match." };
  if (error.status === 429) {
    const wait = error.retryAfter ? ` Wait ${duration(error.retryAfter)}.` : "";
    return { field: "", text: `Too many tries.${wait}` };
  }
  return { field: "", text: `${error.message} ${error.hint}` };
}

export function SignInForm({ name, verb }: { name?: string; verb: string }) {
  const failure = useSignal<ApiError | null>(null);
  const busy = useSignal(false);
  const shown = useSignal(false);
  const password = useRef<HTMLInputElement>(null);
  const box = useRef<HTMLFormElement>(null);

  useEffect(() => {
    box.current?.querySelector<HTMLInputElement>(name ? "input[name=password]" : "input[name=name]")?.focus();
  }, []);

  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!box.current || busy.value) return;
    const form = new FormData(box.current);
    busy.value = true;
    try {
      await signIn(name ?? String(form.get("name") ?? "").trim(), String(form.get("password") ?? ""));
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      failure.value = cause;
      password.current?.select();
      password.current?.focus();
    } finally {
      busy.value = false;
    }
  };

  const words = failure.value && wordsFor(failure.value);
  return (
    <form ref={box} onSubmit={(event) => void submit(event)}>
      <div role="alert">{words && <p class="alert"><b>Not signed in.</b> {words.text}</p>}</div>
      {!name && <Field label="User name" name="name" autoComplete="username" />}
      {name && <input type="text" name="name" value={name} autocomplete="username" hidden readOnly />}
      <Field label="Password" name="password" autoComplete="current-password" inputRef={password}
        type={shown.value ? "text" : "password"} error={words?.field ?? ""}
        end={<button type="button" class="text" aria-pressed={shown.value} aria-label="Show the password"
          onClick={() => (shown.value = !shown.value)}>{shown.value ? "Hide" : "Show"}</button>} />
      <div class="go"><button type="submit" class="primary" aria-disabled={busy.value}>{verb}</button></div>
    </form>
  );
}
