// The session ended while a page was open: the page stays, and what was typed with it.
import { idleMinutes, signOut, user } from "../../api/session";
import { Dialog } from "../../design/dialog";
import { SignInForm } from "./form";

export function Expired() {
  const name = user.value?.name ?? "";
  return (
    <Dialog title="Sign in again?" onClose={() => undefined} firm>
      <p>The session of {name} has ended: it does so after {idleMinutes()} min without use. The page behind this is kept, and what you entered on it.</p>
      <SignInForm name={name} verb="Sign in" />
      <div class="act"><button type="button" class="text" onClick={() => void signOut()}>Leave as another person</button></div>
    </Dialog>
  );
}
