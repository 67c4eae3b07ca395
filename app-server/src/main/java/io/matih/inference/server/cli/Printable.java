package io.matih.inference.server.cli;

import java.util.HexFormat;

/// Text from elsewhere, made safe for a terminal: what could move the cursor, change colours or
/// turn the reading direction is shown as its code.
final class Printable {
    private static final HexFormat HEX = HexFormat.of();

    private Printable() {}

    /// One line: line breaks are escaped too.
    static String line(String text) {
        return escaped(text, false);
    }

    /// Several lines; in JSON the result is the same JSON.
    static String lines(String text) {
        return escaped(text, true);
    }

    private static String escaped(String text, boolean keepLines) {
        var safe = new StringBuilder(text.length());
        text.codePoints()
                .forEach(
                        character -> {
                            if (isSafe(character) || (keepLines && isLayout(character))) {
                                safe.appendCodePoint(character);
                            } else {
                                appendCode(safe, character);
                            }
                        });
        return safe.toString();
    }

    private static boolean isLayout(int character) {
        return character == '\n' || character == '\t';
    }

    private static void appendCode(StringBuilder safe, int character) {
        for (char unit : Character.toChars(character)) {
            safe.append("\\u").append(HEX.toHexDigits(unit));
        }
    }

    private static boolean isSafe(int character) {
        return switch (Character.getType(character)) {
            case Character.CONTROL,
                    Character.FORMAT,
                    Character.SURROGATE,
                    Character.LINE_SEPARATOR,
                    Character.PARAGRAPH_SEPARATOR,
                    Character.UNASSIGNED,
                    Character.PRIVATE_USE ->
                    false;
            default -> true;
        };
    }

    /// Terminal columns that it takes: East Asian wide characters and pictographs take two, marks
    /// that combine with the character before them none.
    static int width(String text) {
        return text.codePoints().map(Printable::width).sum();
    }

    private static int width(int character) {
        return switch (Character.getType(character)) {
            case Character.NON_SPACING_MARK, Character.ENCLOSING_MARK -> 0;
            default -> isWide(character) ? 2 : 1;
        };
    }

    private static boolean isWide(int character) {
        return (character >= 0x1100 && character <= 0x115F)
                || (character >= 0x2E80 && character <= 0xA4CF)
                || (character >= 0xAC00 && character <= 0xD7A3)
                || (character >= 0xF900 && character <= 0xFAFF)
                || (character >= 0xFE30 && character <= 0xFE6F)
                || (character >= 0xFF00 && character <= 0xFF60)
                || (character >= 0xFFE0 && character <= 0xFFE6)
                || (character >= 0x1F300 && character <= 0x1FAFF)
                || (character >= 0x20000 && character <= 0x3FFFD);
    }

    /// The beginning of the text, at most so many columns wide, with `…` where it was cut.
    static String clip(String text, int columns) {
        if (width(text) <= columns) {
            return text;
        }
        var clipped = new StringBuilder();
        int used = 1;
        for (int character : text.codePoints().toArray()) {
            used += width(character);
            if (used > columns) {
                break;
            }
            clipped.appendCodePoint(character);
        }
        return clipped.append('…').toString();
    }
}
