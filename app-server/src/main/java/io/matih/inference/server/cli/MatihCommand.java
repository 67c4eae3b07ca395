package io.matih.inference.server.cli;

import io.matih.inference.server.settings.Surroundings;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

import java.time.Clock;

/// The `matih` command and its subcommands; `run` returns the exit code.
@Command(
        name = "matih",
        header = "MATIH Inference: serves models over HTTP and gRPC.",
        synopsisSubcommandLabel = "COMMAND",
        description = "",
        commandListHeading = "%nCommands:%n",
        footer = {
            "",
            "`matih COMMAND --help` explains a command. A first look: `matih demo`. Then:",
            "  matih serve &",
            "  matih deploy iris iris.onnx",
            "  matih predict iris --data '[[5.1,3.5,1.4,0.2]]'"
        },
        subcommands = CommandLine.HelpCommand.class)
public final class MatihCommand implements Runnable {
    private static final int WIDEST_HELP = 100;

    @Spec private CommandSpec spec = CommandSpec.create();

    private MatihCommand() {}

    /// @return the process's exit code
    public static int run(Program program, String... arguments) {
        var surroundings = Surroundings.here();
        var terminal = Terminal.detect(surroundings.environment());
        return run(program, terminal, surroundings, Clock.systemUTC(), arguments);
    }

    static int run(
            Program program,
            Terminal terminal,
            Surroundings surroundings,
            Clock clock,
            String... arguments) {
        return commandLine(program, terminal, surroundings, clock).execute(arguments);
    }

    static CommandLine commandLine(
            Program program, Terminal terminal, Surroundings surroundings, Clock clock) {
        var session = new ClientSession(terminal, surroundings, clock);
        var serveFlags = new SettingFlags();
        var serve =
                new CommandLine(
                        new ServeCommand(terminal, surroundings, program.starter(), serveFlags));
        serveFlags.addTo(serve.getCommandSpec());
        var demoFlags = new SettingFlags();
        var demo =
                new CommandLine(
                        new DemoCommand(terminal, surroundings, program.starter(), demoFlags));
        demoFlags.addTo(demo.getCommandSpec());
        var doctorFlags = new SettingFlags();
        var doctor =
                new CommandLine(
                        new DoctorCommand(
                                terminal, surroundings, program.providers(), doctorFlags));
        doctorFlags.addTo(doctor.getCommandSpec());
        var commands =
                new CommandLine(new MatihCommand())
                        .addSubcommand(demo)
                        .addSubcommand(serve)
                        .addSubcommand(new DeployCommand(session))
                        .addSubcommand(new UndeployCommand(session))
                        .addSubcommand(new DeploymentsCommand(session))
                        .addSubcommand(new PredictCommand(session))
                        .addSubcommand(new ModelsCommand(session))
                        .addSubcommand(doctor);
        var failures = new CommandFailures(terminal);
        withHelp(commands);
        commands.getSubcommands().values().forEach(MatihCommand::withHelp);
        commands.getCommandSpec().versionProvider(() -> new String[] {Version.text()});
        return commands.setOut(Output.writer(terminal.out()))
                .setErr(Output.writer(terminal.err()))
                .setColorScheme(CommandLine.Help.defaultColorScheme(ansi(terminal)))
                .setUsageHelpWidth(Math.min(WIDEST_HELP, terminal.columns()))
                .setAbbreviatedSubcommandsAllowed(false)
                .setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures);
    }

    private static void withHelp(CommandLine command) {
        if (!command.getCommandSpec().name().equals("help")) {
            command.getCommandSpec().mixinStandardHelpOptions(true);
        }
        command.getCommandSpec()
                .usageMessage()
                .abbreviateSynopsis(!command.getCommandName().equals("matih"))
                .sortOptions(false);
    }

    private static CommandLine.Help.Ansi ansi(Terminal terminal) {
        return terminal.colours() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF;
    }

    @Override
    public void run() {
        throw new ParameterException(spec.commandLine(), "which command?");
    }
}
