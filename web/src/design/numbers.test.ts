import { expect, test } from "vitest";
import { bytes, count, estimate, fixed, interval, percent, percentRange, plural, rate, shortDigest, shortUid, signed } from "./numbers";

test("a probability is a whole per cent with a thin gap, and never a false 0 or 100", () => {
  expect(percent(0.874)).toBe("87\u2009%");
  expect(percent(0)).toBe("0\u2009%");
  expect(percent(0.001)).toBe("under 1\u2009%");
  expect(percent(0.999)).toBe("over 99\u2009%");
  expect(percent(1)).toBe("100\u2009%");
  expect(percentRange(0.8, 0.91)).toBe("80 to 91\u2009%");
});

test("counts have commas, differences a sign and a true minus", () => {
  expect(count(14760)).toBe("14,760");
  expect(count(-1234567)).toBe("\u22121,234,567");
  expect(plural(1, "study", "studies")).toBe("1 study");
  expect(plural(2000, "film")).toBe("2,000 films");
  expect(signed(0.0121, 3)).toBe("+0.012");
  expect(signed(-0.004, 3)).toBe("\u22120.004");
  expect(signed(0.0001, 3)).toBe("0.000");
  expect(fixed(-0.0001, 2)).toBe("0.00");
  expect(estimate({ value: 0.896, lower: 0.881, upper: 0.911, n: 2214 })).toBe("0.896 (0.881 to 0.911)");
  expect(interval({ value: -0.01, lower: -0.02, upper: 0.004, n: 9 }, 3, signed)).toBe("\u22120.020 to +0.004");
  expect(estimate({ value: 1, lower: null, upper: null, n: 3 }, 2)).toBe("1.00 (no interval)");
  expect(rate({ value: 0.07, lower: 0.06, upper: 0.08, n: 2871 })).toBe("7\u2009% (6 to 8\u2009%)");
});

test("sizes step at a thousand and never read 1000.0 kB", () => {
  expect(bytes(999)).toBe("999 B");
  expect(bytes(6_240_000)).toBe("6.2 MB");
  expect(bytes(999_960)).toBe("1.0 MB");
});

test("digests and identifiers keep what tells them apart", () => {
  expect(shortDigest("sha256:9f2c41ab77")).toBe("9f2c41ab");
  expect(shortUid("1.2.826.0.1.3680043.8.498.4417.1")).toBe("1.2.826.0.1.3…8.4417.1");
  expect(shortUid("1.2.3")).toBe("1.2.3");
});
