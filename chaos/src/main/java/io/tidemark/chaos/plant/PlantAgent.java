package io.tidemark.chaos.plant;

import static net.bytebuddy.matcher.ElementMatchers.isPublic;
import static net.bytebuddy.matcher.ElementMatchers.named;
import static net.bytebuddy.matcher.ElementMatchers.takesArgument;

import java.lang.instrument.Instrumentation;
import java.sql.Connection;
import java.sql.SQLException;
import java.util.concurrent.atomic.AtomicInteger;
import net.bytebuddy.agent.builder.AgentBuilder;
import net.bytebuddy.asm.Advice;
import net.bytebuddy.asm.AsmVisitorWrapper;
import net.bytebuddy.description.method.MethodDescription;
import net.bytebuddy.description.type.TypeDescription;
import net.bytebuddy.dynamic.DynamicType;
import net.bytebuddy.implementation.Implementation;
import net.bytebuddy.jar.asm.Label;
import net.bytebuddy.jar.asm.MethodVisitor;
import net.bytebuddy.jar.asm.Opcodes;
import net.bytebuddy.matcher.ElementMatcher;
import net.bytebuddy.pool.TypePool;
import net.bytebuddy.utility.OpenedClassReader;

/**
 * Rewrites a method of the jobs when a TaskManager loads it. Those who run the jobs' code need nothing of their own for it.
 * The advice is copied into the methods, hence all of it is public.
 */
public final class PlantAgent {
    private PlantAgent() {}

    /** What the virtual machine calls before the program's own main method. */
    public static void premain(String bug, Instrumentation instrumentation) {
        AgentBuilder agent = new AgentBuilder.Default()
                .with(AgentBuilder.Listener.StreamWriting.toSystemError().withTransformationsOnly())
                .with(AgentBuilder.Listener.StreamWriting.toSystemError().withErrorsOnly());
        switch (Plant.parse(bug)) {
            case DROP_ONE -> advise(agent, "io.tidemark.store.EventCopy", named("add"), DropOne.class, instrumentation);
            case DUPLICATE_ONE ->
                advise(agent, "io.tidemark.store.EventCopy", named("add"), DuplicateOne.class, instrumentation);
            case ADD_COUNTS ->
                advise(
                        agent,
                        "org.postgresql.jdbc.PgConnection",
                        named("prepareStatement").and(isPublic()).and(takesArgument(0, String.class)),
                        AddCounts.class,
                        instrumentation);
            case LEDGER_APART ->
                advise(agent, "io.tidemark.store.Ledger", named("compareAndSet"), LedgerApart.class, instrumentation);
            case FILTER_OFF_BY_ONE ->
                rewrite(
                        agent,
                        "io.tidemark.stream.FirstOccurrences",
                        builder -> builder.visit(new AsmVisitorWrapper.ForDeclaredMethods()
                                .method(named("admit"), new FilterOffByOne())),
                        instrumentation);
        }
    }

    private static void advise(
            AgentBuilder agent,
            String type,
            ElementMatcher<? super MethodDescription> method,
            Class<?> advice,
            Instrumentation instrumentation) {
        rewrite(agent, type, builder -> builder.visit(Advice.to(advice).on(method)), instrumentation);
    }

    private static void rewrite(AgentBuilder agent, String type, Rewriting rewriting, Instrumentation instrumentation) {
        var unused = agent.type(named(type))
                .transform((builder, described, loader, module, domain) -> rewriting.of(builder))
                .installOn(instrumentation);
    }

    /** What becomes of a class. */
    @FunctionalInterface
    private interface Rewriting {
        DynamicType.Builder<?> of(DynamicType.Builder<?> builder);
    }

    /** Leaves out every 500th row. */
    public static final class DropOne {
        public static final AtomicInteger ROWS = new AtomicInteger();

        private DropOne() {}

        /** Skips the method if not zero. */
        @Advice.OnMethodEnter(skipOn = Advice.OnNonDefaultValue.class)
        public static boolean enter() {
            return ROWS.incrementAndGet() % 500 == 0;
        }
    }

    /** Writes every 500th row twice. */
    public static final class DuplicateOne {
        public static final AtomicInteger ROWS = new AtomicInteger();

        private DuplicateOne() {}

        /** Repeats the method if not zero. */
        @Advice.OnMethodExit(repeatOn = Advice.OnNonDefaultValue.class)
        public static boolean exit() {
            return ROWS.incrementAndGet() % 500 == 0;
        }
    }

    /** Adds to counts instead of replacing them. */
    public static final class AddCounts {
        private AddCounts() {}

        /** Changes the statement. */
        @Advice.OnMethodEnter
        public static void enter(@Advice.Argument(value = 0, readOnly = false) String sql) {
            sql = rewritten(sql);
        }

        /** The statement with the bug. */
        public static String rewritten(String sql) {
            return sql.replace("set num_hits = excluded.num_hits", "set num_hits = t.num_hits + excluded.num_hits")
                    .replace("where t.num_hits < excluded.num_hits", "");
        }
    }

    /** Commits the ledger's move, and lets the rows follow a moment later. */
    public static final class LedgerApart {
        public static final long MOMENT_MILLIS = 40;

        private LedgerApart() {}

        /** Ends the transaction too early. */
        @Advice.OnMethodExit
        public static void exit(@Advice.Argument(0) Connection connection) throws SQLException, InterruptedException {
            connection.commit();
            Thread.sleep(MOMENT_MILLIS);
        }
    }

    /** Turns {@code offset <= last} into {@code offset < last}: the jump over the drop on "greater" comes on "equal" too. */
    static final class FilterOffByOne implements AsmVisitorWrapper.ForDeclaredMethods.MethodVisitorWrapper {
        @Override
        public MethodVisitor wrap(
                TypeDescription type,
                MethodDescription method,
                MethodVisitor visitor,
                Implementation.Context context,
                TypePool pool,
                int writerFlags,
                int readerFlags) {
            return new JumpOnEqual(visitor);
        }
    }

    /** Jumps on "greater or equal" where the method jumps on "greater". */
    static final class JumpOnEqual extends MethodVisitor {
        JumpOnEqual(MethodVisitor visitor) {
            super(OpenedClassReader.ASM_API, visitor);
        }

        @Override
        public void visitJumpInsn(int opcode, Label label) {
            super.visitJumpInsn(opcode == Opcodes.IFGT ? Opcodes.IFGE : opcode, label);
        }
    }
}
