package io.matih.inference.server.cli;

import io.matih.inference.engine.error.ErrorCode;
import io.matih.inference.engine.error.ServingException;
import io.matih.inference.server.settings.SettingsException;
import io.matih.inference.server.settings.SettingsLoader;

import org.jspecify.annotations.Nullable;

import picocli.CommandLine;
import picocli.CommandLine.IExecutionExceptionHandler;
import picocli.CommandLine.IParameterExceptionHandler;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.ParseResult;
import picocli.CommandLine.UnmatchedArgumentException;

import java.net.BindException;
import java.util.Set;

/// Turns whatever a command throws into one `error:` line and an exit code.
final class CommandFailures implements IParameterExceptionHandler, IExecutionExceptionHandler {
    private static final Set<ErrorCode> NOT_THERE =
            Set.of(
                    ErrorCode.STORAGE_FAILED,
                    ErrorCode.BACKEND_UNAVAILABLE,
                    ErrorCode.SOURCE_UNAVAILABLE,
                    ErrorCode.RESOURCE_LIMIT,
                    ErrorCode.CACHE_BUDGET);

    private final Terminal terminal;

    CommandFailures(Terminal terminal) {
        this.terminal = terminal;
    }

    @Override
    public int handleParseException(ParameterException failure, String[] arguments) {
        var command = failure.getCommandLine();
        if (failure instanceof UnmatchedArgumentException unmatched && takesSettings(command)) {
            for (var argument : unmatched.getUnmatched()) {
                if (argument.startsWith("--") && argument.contains(".")) {
                    var key = argument.substring(2).split("=", 2)[0];
                    return fail(SettingsLoader.refusedFlag(key), isServer(command));
                }
            }
        }
        return usage(message(failure), command);
    }

    private static String message(ParameterException failure) {
        if (!(failure instanceof UnmatchedArgumentException unmatched)) {
            return String.valueOf(failure.getMessage()).replaceFirst("^Error: ", "");
        }
        var argument = unmatched.getUnmatched().getFirst();
        var kind =
                argument.startsWith("-")
                        ? "option"
                        : failure.getCommandLine().getSubcommands().isEmpty()
                                ? "further argument"
                                : "command";
        var meant = unmatched.getSuggestions().stream().findFirst();
        return "there is no %s '%s'%s"
                .formatted(kind, argument, meant.map("; did you mean '%s'?"::formatted).orElse(""));
    }

    @Override
    public int handleExecutionException(
            Exception failure, CommandLine command, @Nullable ParseResult parsed) {
        return switch (failure) {
            case ParameterException wrong -> usage(message(wrong), command);
            case UsageException wrong -> usage(wrong.getMessage(), command);
            default -> fail(failure, isServer(command));
        };
    }

    private int usage(String message, CommandLine command) {
        ErrorReport.error(message, terminal);
        var name = command.getCommandSpec().qualifiedName();
        terminal.err().println("hint: `%s --help` shows how".formatted(name));
        return ExitCode.USAGE;
    }

    private int fail(Exception failure, boolean server) {
        int code = code(failure);
        ErrorReport.error(message(failure), terminal);
        if (code == ExitCode.INTERNAL) {
            failure.printStackTrace(terminal.err());
        }
        return server ? code : ExitCode.FAILED;
    }

    private static int code(Exception failure) {
        if (failure instanceof SettingsException) {
            return ExitCode.CONFIGURATION;
        }
        boolean notThere =
                bindFailure(failure) != null
                        || (failure instanceof ServingException e && NOT_THERE.contains(e.code()));
        return notThere ? ExitCode.UNAVAILABLE : ExitCode.INTERNAL;
    }

    private static String message(Exception failure) {
        var message = failure.getMessage();
        var text = message == null ? failure.getClass().getSimpleName() : message;
        return bindFailure(failure) == null
                ? text
                : text + ": stop what listens there, or choose another --http.port or --grpc.port";
    }

    private static @Nullable BindException bindFailure(Throwable failure) {
        for (Throwable cause = failure; cause != null; cause = cause.getCause()) {
            if (cause instanceof BindException bind) {
                return bind;
            }
        }
        return null;
    }

    private static boolean isServer(CommandLine command) {
        return Set.of("serve", "demo").contains(command.getCommandName());
    }

    private static boolean takesSettings(CommandLine command) {
        return isServer(command) || command.getCommandName().equals("doctor");
    }
}
