package io.matih.inference.server.cli;

import io.matih.inference.server.client.Answer;
import io.matih.inference.server.client.ServingClient;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

import tools.jackson.databind.JsonNode;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;

/// `matih deployments`: what is served, as a table, or everything about one.
@Command(
        name = "deployments",
        sortOptions = false,
        header = "Lists what is deployed, or shows one deployment.",
        description = {"", "Rates and latencies are those of the last minute.", ""},
        footer = {
            "",
            "Examples:",
            "  matih deployments",
            "  matih deployments iris",
            "  matih deployments iris --revisions",
            "  matih deployments --json | jq '.deployments[].state'"
        })
final class DeploymentsCommand implements Callable<Integer> {
    private static final int MOST_PAGES = 1000;

    private final ClientSession session;

    @Parameters(
            index = "0",
            arity = "0..1",
            paramLabel = "NAME",
            description = "Show only this one, in full")
    private @Nullable String name;

    @Option(names = "--revisions", description = "What was done to it, newest first")
    private boolean revisions;

    @Mixin private final ConnectionOptions connection = new ConnectionOptions();
    @Mixin private final DataFolderOption data = new DataFolderOption();

    DeploymentsCommand(ClientSession session) {
        this.session = session;
    }

    @Override
    public Integer call() {
        var tables = new DeploymentTables(session.terminal(), session.clock());
        var wanted = name;
        if (revisions) {
            if (wanted == null) {
                throw new UsageException("--revisions is of one deployment: give its NAME");
            }
            return session.run(
                    connection,
                    data.folder,
                    client -> List.of(client.revisions(wanted)),
                    answers -> tables.revisions(answers.getFirst().path("revisions")));
        }
        return wanted == null
                ? session.run(
                        connection,
                        data.folder,
                        DeploymentsCommand::pages,
                        pages -> list(pages, tables))
                : session.run(
                        connection,
                        data.folder,
                        client -> List.of(client.deployment(wanted)),
                        answers -> tables.one(answers.getFirst()));
    }

    private static List<Answer> pages(ServingClient client) {
        var pages = new ArrayList<Answer>();
        String token = null;
        do {
            var page = client.deployments(token);
            pages.add(page);
            token = page.json().path("next_page_token").stringValueOpt().orElse(null);
        } while (token != null && pages.size() < MOST_PAGES);
        return pages;
    }

    private static void list(List<JsonNode> pages, DeploymentTables tables) {
        var rows = new ArrayList<JsonNode>();
        pages.forEach(page -> page.path("deployments").forEach(rows::add));
        tables.list(rows);
    }
}
