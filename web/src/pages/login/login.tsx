import { session } from "../../api/session";
import { SignInForm } from "./form";
import { SignInFrame } from "./frame";

export function Login() {
  return (
    <SignInFrame title="Sign in" site={session.value?.site ?? null}
      more={<p>Forgotten, or locked out? An administrator sets a new password.</p>}>
      <SignInForm verb="Sign in" />
    </SignInFrame>
  );
}
