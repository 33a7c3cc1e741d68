import { user } from "../api/session";
import { chooseTheme, kThemes, theme, type Theme } from "./theme";

export function ThemeSelect() {
  return (
    <select class="text" aria-label="Theme" value={theme.value}
      onChange={(event) => chooseTheme(event.currentTarget.value as Theme, user.value?.name ?? null)}>
      {kThemes.map(({ value, label }) => <option value={value} key={value}>{label}</option>)}
    </select>
  );
}
