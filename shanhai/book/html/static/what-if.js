/* Judges the identities again with one figure changed, by the rules of shanhai.evidence: exact fractions,
   bounds as the printing allows (interval.py), expressions (expression.py), verdicts (reconcile.py). */
"use strict";
{
  // Fractions: [numerator, denominator], the denominator above zero.
  const gcd = (a, b) => (b ? gcd(b, a % b) : a < 0n ? -a : a);
  const frac = (n, d = 1n) => {
    if (d < 0n) [n, d] = [-n, -d];
    const common = gcd(n, d) || 1n;
    return [n / common, d / common];
  };
  const add = (a, b) => frac(a[0] * b[1] + b[0] * a[1], a[1] * b[1]);
  const neg = (a) => [-a[0], a[1]];
  const sub = (a, b) => add(a, neg(b));
  const mul = (a, b) => frac(a[0] * b[0], a[1] * b[1]);
  const div = (a, b) => frac(a[0] * b[1], a[1] * b[0]);
  const less = (a, b) => a[0] * b[1] < b[0] * a[1];
  const same = (a, b) => !less(a, b) && !less(b, a);
  const least = (all) => all.reduce((a, b) => (less(b, a) ? b : a));
  const most = (all) => all.reduce((a, b) => (less(a, b) ? b : a));
  const power = (n) => 10n ** BigInt(n);
  const decimal = (text) => {
    const [whole, part = ""] = text.split(".");
    return frac(BigInt(whole + part), power(part.length));
  };

  // Moves a number's point to the right, or to the left, where zeros beyond `places` go.
  const move = (text, by, places = 0) => {
    let [whole, part = ""] = text.split(".");
    if (by < 0) whole = whole.padStart(1 - by, "0");
    const at = whole.length + by;
    const digits = (whole + part).padEnd(at, "0");
    [whole, part] = [digits.slice(0, at).replace(/^0+(?=\d)/, ""), digits.slice(at)];
    while (by < 0 && part.length > places && part.endsWith("0")) part = part.slice(0, -1);
    return part ? `${whole}.${part}` : whole;
  };

  // Intervals: value, low, high.
  const exact = (value) => ({ value, low: value, high: value });
  const printed = (text, scale, qualifier) => {
    const places = text.split(".")[1]?.length ?? 0;
    const unit = frac(BigInt(scale));
    const nominal = mul(decimal(text), unit);
    const place = mul(frac(1n, power(places)), unit);
    let coarse = place;
    const digits = text.replace(".", "").replace(/^0+(?=\d)/, "");
    for (const digit of [...digits.slice(1)].reverse()) {
      if (digit !== "0" || places) break;
      coarse = mul(coarse, [10n, 1n]);
    }
    const half = (one) => mul(one, [1n, 2n]);
    const between = (low, high) => ({ value: nominal, low, high });
    switch (qualifier) {
      case "over": return between(nominal, add(nominal, coarse));
      case "nearly": return between(sub(nominal, coarse), nominal);
      case "about": return between(sub(nominal, half(coarse)), add(nominal, half(coarse)));
      case "several": {
        const two = mul(nominal, [2n, 1n]);
        return { value: two, low: two, high: mul(nominal, [9n, 1n]) };
      }
      case "ordinal": return exact(nominal);
      default: {
        const around = places || scale > 1 ? half(place) : [0n, 1n];
        return between(sub(nominal, around), add(nominal, around));
      }
    }
  };
  const operate = {
    "+": (a, b) => ({ value: add(a.value, b.value), low: add(a.low, b.low), high: add(a.high, b.high) }),
    "-": (a, b) => ({ value: sub(a.value, b.value), low: sub(a.low, b.high), high: sub(a.high, b.low) }),
    "*": (a, b) => {
      const ends = [a.low, a.high].flatMap((one) => [b.low, b.high].map((other) => mul(one, other)));
      return { value: mul(a.value, b.value), low: least(ends), high: most(ends) };
    },
    "/": (a, b) => {
      if (b.low[0] <= 0n && b.high[0] >= 0n) throw new RangeError("zero");
      const one = [1n, 1n];
      return operate["*"](a, { value: div(one, b.value), low: div(one, b.high), high: div(one, b.low) });
    },
  };

  const TOKEN = /\s*(?:(\d+(?:\.\d+)?)(?![\w-])|([a-z][a-z0-9-]*)|([-+*/()]))/y;
  const evaluate = (text, lookup) => {
    const tokens = [];
    TOKEN.lastIndex = 0;
    for (let match; (match = TOKEN.exec(text)); ) tokens.push(match);
    let at = 0;
    const sign = (signs) => (tokens[at]?.[3] && signs.includes(tokens[at][3]) ? tokens[at++][3] : "");
    const atom = () => {
      const [, number, name] = tokens[at++];
      if (number) return exact(decimal(number));
      if (name) return lookup(name);
      const value = sum();
      at += 1; // the closing parenthesis
      return value;
    };
    const chain = (part, signs) => () => {
      let value = part();
      for (let each; (each = sign(signs)); ) value = operate[each](value, part());
      return value;
    };
    const product = chain(atom, "*/");
    const sum = chain(product, "+-");
    return sum();
  };

  const judge = (left, operator, right) => {
    if (operator === "<=") return judge(right, ">=", left);
    if (operator === ">=") {
      if (!less(left.low, right.high)) return "exact";
      return less(left.high, right.low) ? "inconsistent" : "within rounding";
    }
    const known = [left, right].every((side) => same(side.low, side.high));
    if (known && same(left.value, right.value)) return "exact";
    return less(right.high, left.low) || less(left.high, right.low) ? "inconsistent" : "within rounding";
  };

  for (const form of document.querySelectorAll(".what-if")) {
    const { identities, claims, verdicts, signs, language, words } = JSON.parse(form.querySelector("script").textContent);
    const { figure, value, within } = form.elements;
    const outcome = form.querySelector(".outcome");
    const rows = identities.map(([id, left, operator, right]) => {
      const row = document.getElementById(`identity-${id}`)?.closest("tr");
      const mark = row?.querySelector(".verdict");
      const sides = row?.querySelector(".sides");
      return { left, operator, right, row, mark, sides, text: mark?.textContent, kind: mark?.className, held: sides?.textContent };
    }).filter((each) => each.mark);
    const intervals = Object.fromEntries(Object.entries(claims).map(
      ([id, claim]) => [id, printed(claim.value, claim.scale, claim.qualifier)]));

    for (const [id, claim] of Object.entries(claims)) {
      figure.append(new Option(`${claim.token} · ${claim.meaning}`, id));
    }

    // As shanhai/formats.py: 万 and 亿, millions and billions, no thousands; what a reader types has more places.
    const [least, digits] = language.startsWith("zh") ? [1e4, 4] : [1e6, 5];
    const places = { maximumFractionDigits: digits };
    const years = new Intl.NumberFormat(language, { ...places, useGrouping: false });
    const plain = new Intl.NumberFormat(language, { ...places, useGrouping: least === 1e4 ? "min2" : true });
    const large = new Intl.NumberFormat(language, { ...places, notation: "compact", compactDisplay: "long" });
    const shown = ({ value: [n, d] }) => {
      const number = Number(n) / Number(d);
      if (claims[figure.value].year) return years.format(number);
      return (Math.abs(number) < least ? plain : large).format(number);
    };
    const written = ({ value, shift }) => move(value, -shift, Infinity);

    const restore = ({ row, mark, sides, text, kind, held }) => {
      mark.textContent = text;
      sides.textContent = held;
      row.classList.remove("changed");
      mark.className = kind;
      row.classList.remove("judged-again");
      row.querySelector(".was")?.remove();
    };
    const say = (changed) => {
      outcome.textContent = changed ? words.changed.replace("{count}", changed) : words.same;
    };
    const judgeAgain = (interval) => {
      const lookup = (name) => (name === figure.value ? interval : intervals[name]);
      let changed = 0;
      for (const each of rows) {
        restore(each);
        if (!`${each.left} ${each.right}`.split(/[ ()]+/).includes(figure.value)) continue;
        let verdict = "";
        try {
          const left = evaluate(each.left, lookup);
          const right = evaluate(each.right, lookup);
          verdict = judge(left, each.operator, right);
          each.sides.textContent = `${shown(left)} ${signs[each.operator][verdict]} ${shown(right)}`;
          each.row.classList.add("changed");
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
        }
        const text = verdict ? verdicts[verdict] : words.uncomputable;
        if (text === each.text) continue;
        changed += 1;
        each.mark.textContent = text;
        each.mark.className = `verdict ${verdict.replace(" ", "-")}`;
        each.row.classList.add("judged-again");
        const was = document.createElement("span");
        was.className = "was";
        was.textContent = words.was.replace("{verdict}", each.text);
        each.mark.after(was);
      }
      say(changed);
    };
    const choose = () => {
      const claim = claims[figure.value];
      const { low, high } = intervals[figure.value];
      value.value = written(claim);
      value.removeAttribute("aria-invalid");
      within.value = 50;
      within.disabled = same(low, high);
      rows.forEach(restore);
      outcome.textContent = "";
    };

    figure.addEventListener("change", choose);
    value.addEventListener("input", () => {
      const text = value.value.trim().replace(/,(?=\d{3}(?!\d))/g, "");
      const valid = /^\d+(\.\d+)?$/.test(text);
      value.setAttribute("aria-invalid", String(!valid));
      if (!valid) {
        rows.forEach(restore);
        outcome.textContent = words.invalid.replace("{value}", written(claims[figure.value]));
        return;
      }
      const claim = claims[figure.value];
      const as = move(text, claim.shift, claim.value.split(".")[1]?.length ?? 0);
      judgeAgain(printed(as, claim.scale, claim.qualifier));
    });
    within.addEventListener("input", () => {
      const { low, high } = intervals[figure.value];
      const part = frac(BigInt(within.value), 100n);
      const point = add(low, mul(sub(high, low), part));
      // Shown in the unit it is printed in; judged as it is.
      const { scale, shift } = claims[figure.value];
      const number = Number(point[0]) / Number(point[1]) / scale / 10 ** shift;
      value.value = String(Number(number.toPrecision(12)));
      value.removeAttribute("aria-invalid");
      judgeAgain(exact(point));
    });
    form.addEventListener("reset", (event) => {
      event.preventDefault();
      figure.selectedIndex = 0;
      choose();
    });
    form.addEventListener("submit", (event) => event.preventDefault());
    choose();
    form.hidden = false;
  }
}
