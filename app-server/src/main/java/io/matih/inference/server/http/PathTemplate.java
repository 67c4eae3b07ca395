package io.matih.inference.server.http;

import org.eclipse.jetty.util.URIUtil;
import org.jspecify.annotations.Nullable;

import java.util.List;

/// A path whose segments are literal or, in braces, stand for any one segment. The natural order
/// puts literal before any, segment by segment, so that the first match is the closest.
record PathTemplate(List<String> segments) implements Comparable<PathTemplate> {
    static PathTemplate of(String path) {
        return new PathTemplate(split(path));
    }

    static List<String> split(String path) {
        return List.of(path.substring(1).split("/", -1));
    }

    boolean isLiteral() {
        return segments.stream().noneMatch(PathTemplate::isAny);
    }

    boolean matches(List<String> path) {
        if (path.size() != segments.size()) {
            return false;
        }
        for (int i = 0; i < path.size(); i++) {
            boolean fits =
                    isAny(segments.get(i))
                            ? !path.get(i).isEmpty()
                            : segments.get(i).equals(path.get(i));
            if (!fits) {
                return false;
            }
        }
        return true;
    }

    /// What stands in a path where this template has `{name}`; absent where it has no such segment.
    ///
    /// @param path matches
    @Nullable String value(String name, String path) {
        int index = segments.indexOf("{" + name + "}");
        return index < 0 ? null : URIUtil.decodePath(split(path).get(index));
    }

    /// Two templates that match the same paths are the same, whatever they call their segments.
    @Override
    public int compareTo(PathTemplate other) {
        int bySize = Integer.compare(segments.size(), other.segments.size());
        for (int i = 0; bySize == 0 && i < segments.size(); i++) {
            int bySegment = compare(segments.get(i), other.segments.get(i));
            if (bySegment != 0) {
                return bySegment;
            }
        }
        return bySize;
    }

    private static int compare(String left, String right) {
        if (isAny(left) || isAny(right)) {
            return Boolean.compare(isAny(left), isAny(right));
        }
        return left.compareTo(right);
    }

    private static boolean isAny(String segment) {
        return segment.startsWith("{");
    }
}
