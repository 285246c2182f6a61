import { endOfPiece } from "./sql-text";

export interface SqlToken {
  readonly kind: "word" | "comment" | "sign" | "value";
  readonly text: string;
  readonly from: number;
  /** Between it and what stands before. */
  readonly gap: "none" | "space" | "line" | "blank";
}

const SPACE = /^[ \t\n\f\r\ufeff]+/;
const WORD = /^[A-Za-z_\u0080-\uffff][\w$\u0080-\uffff]*/;
const PARAMETER = /^(?:[:@$#][\w$]+|\?\d*)/;
const NUMBER = /^(?:0[xX][0-9a-fA-F_]+|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?)/;
const BLOB = /^[xX]'[^']*'/;
const SIGN = /^(?:->>|->|\|\||<<|>>|<=|>=|<>|!=|==)/;

/** A text of SQL piece by piece. Whatever it is, every character that is no space is in one of them. */
export function sqlTokens(text: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  let at = 0;
  while (at < text.length) {
    const gap = SPACE.exec(text.slice(at))?.[0] ?? "";
    at += gap.length;
    if (at >= text.length) break;
    const rest = text.slice(at, at + 400);
    const isComment = rest.startsWith("--") || rest.startsWith("/*");
    const found = isComment ? null : (BLOB.exec(rest) ?? PARAMETER.exec(rest) ?? NUMBER.exec(rest) ?? SIGN.exec(rest));
    const word = found === null && !isComment ? WORD.exec(text.slice(at)) : null;
    const length = word?.[0].length ?? found?.[0].length ?? endOfPiece(text, at) - at;
    // The line's end is not a part of its comment.
    const whole = text.slice(at, at + length);
    const piece = isComment ? whole.trimEnd() : whole;
    tokens.push({
      kind: isComment
        ? "comment"
        : word !== null
          ? "word"
          : /^[\w'"`[:@$#?.]./.test(piece) || /^\w/.test(piece)
            ? "value"
            : "sign",
      text: piece,
      from: at,
      gap: gapOf(gap),
    });
    at += piece.length;
  }
  return tokens;
}

function gapOf(space: string): SqlToken["gap"] {
  const lines = space.split("\n").length - 1;
  if (lines > 1) return "blank";
  return lines === 1 ? "line" : space === "" ? "none" : "space";
}
