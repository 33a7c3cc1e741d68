// First start: no default password exists, so the first user is made on the server itself.
import { session, loadSession } from "../../api/session";
import { SignInFrame } from "../login/frame";

export function NoUsers() {
  return (
    <SignInFrame title="No user yet" site={session.value?.site ?? null}>
      <p class="q">Nobody can sign in before there is a user. No default password exists. On the server, make one with:</p>
      <pre>osler user add NAME --role administrator</pre>
      <div class="go"><button type="button" class="primary" onClick={() => void loadSession()}>Look again</button></div>
    </SignInFrame>
  );
}
