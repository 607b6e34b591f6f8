import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { answerWords, kindsMax, markupCharactersMax, pairsMax, repeatsMax } from "./answer-words.ts";

const page = (body: string, echo = "ann@mail.example") =>
  answerWords({ status: 200, contentType: "text/html", location: "", body, echo: [echo] }) as { "(text)"?: object } | undefined;
const texts = (body: string, echo?: string): object => page(body, echo)?.["(text)"] ?? {};

describe("answerWords", () => {
  it("says the same of two pages that differ in digits, in whom was asked about, in links, scripts and comments", () => {
    const of = (n: number, who: string): object =>
      texts(`<p>Order ${n} of ${who}</p><a>${n}x</a><script>var x = "<p>${n}y</p>"</script><style>p{}</style><!-- <p>${n}z</p> --><img alt="${n}w"><br>`, who);
    expect(of(17, "ann@mail.example")).toEqual(of(4_711, "bob@mail.example"));
    expect(Object.keys(of(1, "ann@mail.example"))).toHaveLength(1);
  });
  it("tells two words in one kind of element apart, and kinds by their classes", () => {
    expect(texts("<p class=m>sent</p>")).not.toEqual(texts("<p class=m>not found</p>"));
    expect(Object.keys(texts("<p class='a'>x</p><p class='b'>x</p>"))).toHaveLength(2);
  });
  it("reads a number that is all an element holds, of a result's code also a longer one, and no text without marks", () => {
    const only = (body: string): unknown => Object.values(texts(body))[0];
    expect([only("<exists>1</exists>"), only("<exists>0</exists>"), only("<items>17</items>")]).toEqual([1, 0, 17]);
    expect(only("<ResultCode>1042</ResultCode>")).not.toEqual(only("<ResultCode>1043</ResultCode>"));
    expect(page("1")).toBeUndefined();
  });
  it("holds no text of the page", () => {
    expect(JSON.stringify(page("<p class='secretive'>Confidential words</p>"))).not.toMatch(/secretive|Confidential|words/i);
  });
  it("leaves out lists, and what is beyond its bounds", () => {
    expect(texts("<li>a</li>".repeat(repeatsMax))).not.toEqual({});
    expect(texts("<li>a</li>".repeat(repeatsMax + 1))).toEqual({});
    expect(Object.keys(texts(Array.from({ length: kindsMax + 5 }, (_, n) => `<p class="${"x".repeat(n + 1)}">a</p>`).join("")))).toHaveLength(kindsMax);
    expect(texts(`${" ".repeat(markupCharactersMax)}<p>a</p>`)).toEqual({});
  });
  it("reads short values of redirects and of their cookies, never long ones", () => {
    const redirect = { status: 302, contentType: "", location: `/l?e=7&t=${"x".repeat(40)}#e=8`, cookies: ["flash=no; Path=/", `sid=${"a".repeat(64)}`], body: "", echo: ["ann"] };
    expect(answerWords(redirect)).toEqual({ "(location)": { e: "7" }, "(route)": { e: "8" }, "(cookie)": { flash: "no" } });
    expect(answerWords({ ...redirect, location: "/#/login?why=known", cookies: [] })).toEqual({
      "(location)": { why: "known" },
      "(route)": { route: "/login", why: "known" },
      "(cookie)": {},
    });
    expect(answerWords({ ...redirect, location: `/l?${Array.from({ length: pairsMax + 3 }, (_, n) => `p${n}=1`).join("&")}`, cookies: [] })).toEqual({
      "(location)": Object.fromEntries(Array.from({ length: pairsMax }, (_, n) => [`p${n}`, "1"])),
      "(cookie)": {},
    });
  });
  it("returns for any text", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("<", ">", "</", "/>", "p", "script", " class=", '"', "<!--", "-->", "<![CDATA[", "]]>", "text")), (pieces) => {
        page(pieces.join(""));
      }),
    );
  });
});
