package io.matih.inference.server.cli;

import io.matih.inference.engine.backend.Backend.ProviderReport;

import java.util.List;
import java.util.function.Supplier;

/// What the commands need of the rest of the program.
///
/// @param starter starts the server
/// @param providers which execution providers work on this machine; loads native libraries
public record Program(ServerStarter starter, Supplier<List<ProviderReport>> providers) {}
