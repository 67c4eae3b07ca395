package io.matih.inference.engine.model.store;

import java.util.Arrays;
import java.util.regex.Pattern;

/// Names that files of a model may have. An allow-list of ASCII, so that Unicode look-alikes,
/// separators of other systems, device names and hidden files cannot come in by any way.
final class FileName {
    private static final int MAX_LENGTH = 512;
    private static final int MAX_DEPTH = 16;
    private static final Pattern SEGMENT =
            Pattern.compile("[A-Za-z0-9_](?:[A-Za-z0-9._+=@,() -]{0,126}[A-Za-z0-9_+=@)-])?");
    private static final Pattern DEVICE =
            Pattern.compile("(?i)(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\\..*)?");

    /// What operating systems leave in folders and archives: no part of any model.
    private static final Pattern LITTER = Pattern.compile("(?:.*/)?(?:\\.|__MACOSX/).*");

    private static final Pattern HIDING = Pattern.compile("(^|/)\\.+(?=[^/.])");

    static final String RULE =
            "at most %d letters, digits and ._+=@,()- in at most %d folders"
                    .formatted(MAX_LENGTH, MAX_DEPTH);

    private FileName() {}

    /// @param name relative, folders separated by slashes
    static boolean isSafe(String name) {
        var segments = name.split("/", -1);
        return name.length() <= MAX_LENGTH
                && segments.length <= MAX_DEPTH
                && Arrays.stream(segments).allMatch(FileName::isSafeSegment);
    }

    private static boolean isSafeSegment(String segment) {
        return SEGMENT.matcher(segment).matches() && !DEVICE.matcher(segment).matches();
    }

    /// Hidden files, and files in hidden folders, whose names are safe but for the dot in front.
    static boolean isLitter(String name) {
        return LITTER.matcher(name).matches() && isSafe(HIDING.matcher(name).replaceAll("$1"));
    }
}
