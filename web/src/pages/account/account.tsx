import { useSignal } from "@preact/signals";
import { useRef } from "preact/hooks";
import { ApiError } from "../../api/client";
import { changePassword, session, user } from "../../api/session";
import { Field } from "../../design/controls";
import { kRoleWords } from "../../design/roles";
import { when } from "../../design/times";
import { Word } from "../../design/word";

export const kLeastPassword = 12;

/** Why a new password will not do; "" when it will. The server judges again. */
export function passwordFault(old: string, next: string, again: string): string {
  if (next.length < kLeastPassword) return `At least ${kLeastPassword} characters`;
  if (next === old) return "It is the old one";
  if (next !== again) return "The two do not match";
  return "";
}

function PasswordForm() {
  const fault = useSignal<{ field: "old" | "new"; text: string } | null>(null);
  const done = useSignal("");
  const box = useRef<HTMLFormElement>(null);
  const submit = async (event: Event): Promise<void> => {
    event.preventDefault();
    if (!box.current) return;
    const form = new FormData(box.current);
    const [old, next, again] = ["old", "new", "again"].map((name) => String(form.get(name) ?? "")) as [string, string, string];
    const words = passwordFault(old, next, again);
    fault.value = words ? { field: "new", text: words } : null;
    done.value = "";
    if (words) return;
    try {
      await changePassword(old, next);
      done.value = `Changed at ${when(new Date().toISOString())}.`;
      box.current.reset();
    } catch (cause) {
      if (!(cause instanceof ApiError)) throw cause;
      fault.value = { field: cause.status === 403 || cause.status === 401 ? "old" : "new", text: cause.message };
    }
  };
  const at = (field: "old" | "new"): string => (fault.value?.field === field ? fault.value.text : "");
  return (
    <form ref={box} onSubmit={(event) => void submit(event)} class="narrow">
      <input type="text" name="username" autocomplete="username" value={user.value?.name} hidden readOnly />
      <Field label="Password now" type="password" name="old" autoComplete="current-password" error={at("old")} />
      <Field label={`New password, at least ${kLeastPassword} characters`} type="password" name="new" autoComplete="new-password" error={at("new")} />
      <Field label="New password again" type="password" name="again" autoComplete="new-password" />
      <div class="act"><button type="submit" class="primary">Change password</button>
        <span role="status">{done.value && <Word shape="done">{done.value}</Word>}</span></div>
    </form>
  );
}

export function Account() {
  const me = user.value;
  const known = session.value;
  if (!me || !known) return null;
  return (
    <div class="plain">
      <h1>Account</h1>
      <dl class="list">
        <dt>Name</dt><dd>{me.name}</dd>
        <dt>Role</dt><dd>{kRoleWords[me.role] ?? me.role}</dd>
        <dt>This session</dt><dd>ends {when(known.expires) || "when you sign out"}, or after {known.idle_minutes} min without use</dd>
        <dt>Theme</dt><dd>is chosen at the top and kept in this browser under your name</dd>
      </dl>
      <h2>Password</h2>
      <PasswordForm />
    </div>
  );
}
