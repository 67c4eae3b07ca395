package io.matih.inference.server.persistence;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// No statement is put together from pieces: whatever comes from outside is a bound parameter.
class SqlIsWrittenOutTest {
    private static final Path SOURCES = Path.of("src", "main", "java");

    // A comment or character literal, so that what they hold is skipped; or a string or text block.
    private static final Pattern TOKEN =
            Pattern.compile(
                    "//[^\\n]*|/\\*.*?\\*/|'(?:\\\\.|[^'\\\\])+'"
                            + "|\"\"\"(?<block>(?:\\\\.|[^\\\\])*?)\"\"\""
                            + "|\"(?<string>(?:\\\\.|[^\"\\\\\\n])*)\"",
                    Pattern.DOTALL);
    private static final Pattern SQL =
            Pattern.compile(
                    "\\s*(SELECT\\s|INSERT\\s+INTO\\s|UPDATE\\s+\\S+\\s+SET\\s|DELETE\\s+FROM\\s"
                            + "|MERGE\\s+INTO\\s|TRUNCATE\\s|(CREATE|ALTER|DROP)\\s+\\w+\\s|FROM\\s"
                            + "|WHERE\\s|AND\\s|SET\\s|VALUES\\s*\\(|(ORDER|GROUP)\\s+BY\\s).*",
                    Pattern.DOTALL);
    private static final Pattern PIECE_BEFORE =
            Pattern.compile(
                    ".*(\\+|\\b(format|append|concat|join|of|insert)\\s*\\()\\s*", Pattern.DOTALL);
    private static final Pattern PIECE_AFTER =
            Pattern.compile(
                    "\\s*(\\+|\\.\\s*(formatted|replace\\w*|concat|repeat)\\b).*", Pattern.DOTALL);
    private static final Pattern TEMPLATE =
            Pattern.compile("\\.\\s*(define|defineList|bindList)\\s*\\(|@Define\\b");

    @Test
    void noStatementIsBuilt() throws IOException {
        try (var files = Files.walk(SOURCES)) {
            var sources = files.filter(file -> file.toString().endsWith(".java")).toList();
            assertThat(sources).isNotEmpty();
            for (var source : sources) {
                var text = Files.readString(source);
                if (speaksToTheDatabase(text)) {
                    assertThat(built(text)).as("built SQL in %s", source).isEmpty();
                }
            }
        }
    }

    /// Elsewhere such words are HTTP methods or prose.
    private static boolean speaksToTheDatabase(String source) {
        return source.contains("import org.jdbi.") || source.contains("import java.sql.");
    }

    @Test
    void builtStatementsAreSeen() {
        var built =
                List.of(
                        "query(\"SELECT a FROM b WHERE c = '\" + name + \"'\")",
                        "query(\"SELECT a FROM b WHERE c = %s\".formatted(name))",
                        "query(String.format(\"DELETE FROM %s\", table))",
                        "query(\"\"\"\n    SELECT a\n    FROM b\n    \"\"\" + where)",
                        "query(SELECT + \" WHERE name = :name\")",
                        "text.append(\" ORDER BY \").append(column)",
                        "query(\"\"\"\n    SELECT <columns>\n    \"\"\").define(\"columns\", names)");

        assertThat(built).allSatisfy(source -> assertThat(built(source)).isNotEmpty());
    }

    @Test
    void statementsThatAreWrittenOutPass() {
        var writtenOut =
                List.of(
                        "query(\"\"\"\n    SELECT a\n    FROM b\n    \"\"\").bind(\"name\", name)",
                        "// \"SELECT a\" + b\nint i = 1;",
                        "throw failure(\"a SELECT of \" + name)");

        assertThat(writtenOut).allSatisfy(source -> assertThat(built(source)).isEmpty());
    }

    private static List<String> built(String source) {
        var pieces =
                TOKEN.matcher(source)
                        .results()
                        .filter(SqlIsWrittenOutTest::isSql)
                        .filter(literal -> isPiece(source, literal))
                        .map(MatchResult::group);
        var templates = TEMPLATE.matcher(source).results().map(MatchResult::group);
        return Stream.concat(pieces, templates).toList();
    }

    private static boolean isSql(MatchResult token) {
        var text = token.group("block") == null ? token.group("string") : token.group("block");
        return text != null && SQL.matcher(text).matches();
    }

    private static boolean isPiece(String source, MatchResult literal) {
        var before = source.substring(Math.max(0, literal.start() - 200), literal.start());
        return PIECE_BEFORE.matcher(before).matches()
                || PIECE_AFTER.matcher(source.substring(literal.end())).matches();
    }
}
