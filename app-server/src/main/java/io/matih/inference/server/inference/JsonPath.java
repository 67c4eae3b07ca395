package io.matih.inference.server.inference;

import io.matih.inference.engine.error.ServingException;

import tools.jackson.core.JsonToken;
import tools.jackson.core.TokenStreamContext;

/// Paths as error messages show them: `inputs[0].data[2]`. Worked out only when one is needed.
final class JsonPath {
    private JsonPath() {}

    /// @param root path of the outermost value
    /// @param token the current token, whose value is meant
    static String of(String root, JsonToken token, TokenStreamContext context) {
        return render(root, token.isStructStart() ? parent(context) : context);
    }

    /// The array or object that holds the current value.
    static String ofHolder(String root, JsonToken token, TokenStreamContext context) {
        var holder = token.isStructStart() ? parent(context) : context;
        return render(root, parent(holder));
    }

    /// The value that could not be read.
    static String ofFailure(String root, TokenStreamContext context) {
        return render(root, context);
    }

    private static TokenStreamContext parent(TokenStreamContext context) {
        var parent = context.getParent();
        return parent == null ? context : parent;
    }

    private static String render(String root, TokenStreamContext innermost) {
        var path = new StringBuilder();
        for (var at = innermost; at != null && !at.inRoot(); at = at.getParent()) {
            path.insert(0, step(at));
        }
        var whole = root + path;
        return whole.startsWith(".") ? whole.substring(1) : whole;
    }

    private static String step(TokenStreamContext context) {
        if (context.inArray()) {
            return "[" + context.getCurrentIndex() + "]";
        }
        var name = context.currentName();
        return name == null ? "" : "." + ServingException.clip(name);
    }
}
