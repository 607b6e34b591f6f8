import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { pairsMax } from "./view.ts";
import { isXml, xmlFields, xmlCharactersMax } from "./xml-fields.ts";

describe("xmlFields", () => {
  it("gives elements that hold text and attributes, without prefixes, comments skipped and CDATA taken as text", () => {
    expect(
      xmlFields(
        `<?xml version="1.0"?><!DOCTYPE a><s:Envelope xmlns:s="urn:s"><!-- <phone>1</phone> --><q who = 'a>b' n="&lt;&#65;&#x42;"/><c:phone type="home"> +44 7 </c:phone><note><![CDATA[a<b]]></note></s:Envelope>`,
      ),
    ).toEqual([
      ["who", "a>b"],
      ["n", "<AB"],
      ["type", "home"],
      ["phone", "+44 7"],
      ["note", "a<b"],
    ]);
  });
  it("returns for any text, and grows no entity", () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom("<", ">", "</", "/>", "a", "b:c", '"', "'", "=", "&amp;", "&x;", "<![CDATA[", "]]>", "<!--", "-->", " ")), (pieces) => {
        const text = pieces.join("");
        for (const [, value] of xmlFields(text)) expect(value.length).toBeLessThanOrEqual(text.length);
      }),
    );
    expect(xmlFields(`<!DOCTYPE x [<!ENTITY a "aaaa">]><x>&a;&a;</x>`)).toEqual([["x", "&a;&a;"]]);
  });
  it("reads as many fields and characters as its bounds say", () => {
    expect(xmlFields("<a>1</a>".repeat(pairsMax + 5))).toHaveLength(pairsMax);
    expect(xmlFields(`${" ".repeat(xmlCharactersMax)}<a>1</a>`)).toEqual([]);
  });
  it("knows the media types of XML", () => {
    expect(["text/xml", "application/xml; charset=utf-8", "application/soap+xml"].map(isXml)).toEqual([true, true, true]);
    expect(["text/html", "application/json", "text/xmlish", ""].map(isXml)).toEqual([false, false, false, false]);
  });
});
