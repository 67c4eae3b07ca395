package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ServingException;

import java.util.Arrays;

/// The arrays and objects around the current token, outermost first, and where in each of them it
/// is. From that come the paths of error messages, worked out only when one is needed. One thread.
final class JsonNesting {
    private static final int FIRST_LEVELS = 8;
    private static final int ARRAY = -1;
    private static final int NO_NAME = 0;

    private final byte[] bytes;

    /// Of an array the index of its current element; of an object the start of its current field's
    /// name, and below the end. Names stand behind a quote, so that 0 is no name's start.
    private int[] places = new int[FIRST_LEVELS];

    private int[] nameEnds = new int[FIRST_LEVELS];
    private int depth;

    JsonNesting(byte[] bytes) {
        this.bytes = bytes;
    }

    int depth() {
        return depth;
    }

    /// Whether the innermost level is an array. There has to be one.
    boolean inArray() {
        return nameEnds[depth - 1] == ARRAY;
    }

    void openArray() {
        open(-1, ARRAY);
    }

    void openObject() {
        open(NO_NAME, NO_NAME);
    }

    void close() {
        depth--;
    }

    void nextElement() {
        places[depth - 1]++;
    }

    void nextField(int nameStart, int nameEnd) {
        places[depth - 1] = nameStart;
        nameEnds[depth - 1] = nameEnd;
    }

    /// `inputs[0].data[2]`.
    ///
    /// @param root path of the outermost value
    /// @param levels how many to name
    String path(String root, int levels) {
        var path = new StringBuilder(root);
        for (int i = 0; i < levels; i++) {
            if (nameEnds[i] == ARRAY) {
                path.append('[').append(places[i]).append(']');
            } else if (places[i] != NO_NAME) {
                var name = JsonStrings.decode(bytes, places[i], nameEnds[i]);
                path.append(path.isEmpty() ? "" : ".").append(ServingException.clip(name));
            }
        }
        return path.toString();
    }

    private void open(int place, int nameEnd) {
        if (depth == places.length) {
            places = Arrays.copyOf(places, depth * 2);
            nameEnds = Arrays.copyOf(nameEnds, depth * 2);
        }
        places[depth] = place;
        nameEnds[depth++] = nameEnd;
    }
}
