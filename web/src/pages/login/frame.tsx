import type { ComponentChildren } from "preact";
import { useEffect } from "preact/hooks";
import { serverGoneSince } from "../../api/client";
import type { Session } from "../../api/contract";
import { session } from "../../api/session";
import { NoticeLine } from "../../design/controls";
import { ThemeSelect } from "../../design/themeselect";
import { clock } from "../../design/times";

/** The column that sign-in and first start share. */
export function SignInFrame({ title, site, children, more }: {
  title: string; site: Session["site"] | null; children: ComponentChildren; more?: ComponentChildren;
}) {
  useEffect(() => {
    document.title = `${title} · osler`;
  }, [title]);
  const gone = serverGoneSince.value;
  return (
    <div class="signin">
      {gone && (
        <div class="notices"><NoticeLine shape="failed" word="Offline">
          The server has not answered since {clock(gone)}. It tries again by itself.
        </NoticeLine></div>
      )}
      <main id="main">
        <h1 class="brand">osler<span class="vh">, {title}</span></h1>
        <p class="site">{site?.name}{site?.test_system && ", test system"}</p>
        {children}
        <div class="more">
          {more}
          <p class="qq">{site?.test_system && "No real patients here. "}Decision support, not a cleared medical device.</p>
        </div>
      </main>
      <footer>
        <span>osler {session.value?.version}</span>
        <span>Every sign-in is recorded</span>
        <span class="gap" />
        <ThemeSelect />
      </footer>
    </div>
  );
}
