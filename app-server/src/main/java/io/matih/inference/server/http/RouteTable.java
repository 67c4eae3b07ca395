package io.matih.inference.server.http;

import static java.util.stream.Collectors.groupingBy;
import static java.util.stream.Collectors.joining;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.TreeSet;

/// All routes, found by path and method.
final class RouteTable {
    private final Map<String, Map<String, Route>> literal = new HashMap<>();
    private final TreeMap<PathTemplate, Map<String, Route>> templates = new TreeMap<>();
    private final Map<Integer, List<PathTemplate>> byLength;

    RouteTable(List<Route> routes) {
        for (var route : routes) {
            var template = PathTemplate.of(route.path());
            var methods = templates.computeIfAbsent(template, _ -> new HashMap<>());
            if (methods.putIfAbsent(route.method(), route) != null) {
                throw new IllegalArgumentException(
                        "two routes for %s %s".formatted(route.method(), route.path()));
            }
            if (template.isLiteral()) {
                literal.put(route.path(), methods);
            }
        }
        byLength =
                templates.keySet().stream()
                        .filter(template -> !template.isLiteral())
                        .collect(groupingBy(template -> template.segments().size()));
    }

    /// The routes in the order in which they must be tried: the closest template first.
    List<Route> inOrder() {
        var routes = new ArrayList<Route>();
        templates.values().forEach(methods -> routes.addAll(methods.values()));
        return routes;
    }

    /// The routes of a path, by method.
    ///
    /// @throws ServingException `ROUTE_NOT_FOUND`
    Map<String, Route> at(String path) {
        var known = literal.get(path);
        return known != null ? known : atTemplate(path);
    }

    private Map<String, Route> atTemplate(String path) {
        var segments = PathTemplate.split(path);
        for (var template : byLength.getOrDefault(segments.size(), List.of())) {
            if (template.matches(segments)) {
                return Objects.requireNonNull(templates.get(template));
            }
        }
        throw new ServingException(
                ErrorCode.ROUTE_NOT_FOUND,
                "there is nothing at '%s'".formatted(ServingException.clip(path)));
    }

    /// The `Allow` header of a path.
    static String allow(Map<String, Route> methods) {
        var names = new TreeSet<>(methods.keySet());
        if (names.contains("GET")) {
            names.add("HEAD");
        }
        names.add("OPTIONS");
        return names.stream().collect(joining(", "));
    }
}
