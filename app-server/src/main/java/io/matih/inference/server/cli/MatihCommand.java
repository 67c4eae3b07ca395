package io.matih.inference.server.cli;

import io.matih.inference.server.settings.Surroundings;

import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Model.OptionSpec;
import picocli.CommandLine.Spec;

import java.time.Clock;
import java.util.concurrent.Callable;

/// The `matih` command and its subcommands; `run` returns the exit code.
@Command(
        name = "matih",
        header = "MATIH Inference: serves models over HTTP and gRPC.",
        synopsisSubcommandLabel = "COMMAND",
        sortOptions = false,
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
public final class MatihCommand implements Callable<Integer> {
    private static final int WIDEST_HELP = 100;
    private static final int NARROWEST_HELP = 60;

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
                command(new ServeCommand(terminal, surroundings, program.starter(), serveFlags));
        serveFlags.addTo(serve.getCommandSpec());
        var demoFlags = new SettingFlags();
        var demo = command(new DemoCommand(terminal, surroundings, program.starter(), demoFlags));
        demoFlags.addTo(demo.getCommandSpec());
        var doctorFlags = new SettingFlags();
        var doctor =
                command(
                        new DoctorCommand(
                                terminal, surroundings, program.providers(), doctorFlags));
        doctorFlags.addTo(doctor.getCommandSpec());
        var commands =
                command(new MatihCommand())
                        .addSubcommand(demo)
                        .addSubcommand(serve)
                        .addSubcommand(command(new DeployCommand(session)))
                        .addSubcommand(command(new UndeployCommand(session)))
                        .addSubcommand(command(new TrafficCommand(session)))
                        .addSubcommand(command(new PromoteCommand(session)))
                        .addSubcommand(command(new RollbackCommand(session)))
                        .addSubcommand(command(new ShadowCommand(session)))
                        .addSubcommand(command(new DeploymentsCommand(session)))
                        .addSubcommand(command(new PredictCommand(session)))
                        .addSubcommand(command(new ModelsCommand(session)))
                        .addSubcommand(command(new BenchCommand(session)))
                        .addSubcommand(doctor);
        var failures = new CommandFailures(terminal);
        commands.getSubcommands()
                .values()
                .forEach(c -> c.getCommandSpec().usageMessage().abbreviateSynopsis(true));
        commands.getCommandSpec()
                .addOption(
                        OptionSpec.builder("-V", "--version")
                                .versionHelp(true)
                                .order(1000)
                                .description("Show the version")
                                .build())
                .versionProvider(() -> new String[] {Version.text()});
        return commands.setOut(Output.writer(terminal.out()))
                .setErr(Output.writer(terminal.err()))
                .setColorScheme(CommandLine.Help.defaultColorScheme(ansi(terminal)))
                .setUsageHelpWidth(Math.clamp(terminal.columns(), NARROWEST_HELP, WIDEST_HELP))
                .setAbbreviatedSubcommandsAllowed(false)
                .setParameterExceptionHandler(failures)
                .setExecutionExceptionHandler(failures);
    }

    private static CommandLine command(Object command) {
        var line = new CommandLine(command);
        line.getCommandSpec()
                .addOption(
                        OptionSpec.builder("-h", "--help")
                                .usageHelp(true)
                                .order(1000)
                                .description("Show this help")
                                .build());
        return line;
    }

    private static CommandLine.Help.Ansi ansi(Terminal terminal) {
        return terminal.colours() ? CommandLine.Help.Ansi.ON : CommandLine.Help.Ansi.OFF;
    }

    /// Without a command there is nothing to do but to say which there are.
    @Override
    public Integer call() {
        spec.commandLine().usage(spec.commandLine().getErr());
        return ExitCode.USAGE;
    }
}
