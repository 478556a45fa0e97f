using System.Runtime.InteropServices;
using BuildGuard.Sandbox.Filter;

namespace BuildGuard.Sandbox.Tests;

/// <summary>The table of what is refused, for both architectures. The numbers stand here once more, as the kernel's headers give them, so that a wrong one in the code shows.</summary>
[TestClass]
public sealed class SealFilterTests
{
    private const uint X64 = 0xC000003E;
    private const uint I386 = 0x40000003;
    private const uint Arm64 = 0xC00000B7;
    private const uint Arm = 0x40000028;

    [TestMethod]
    [DataRow(Architecture.X64, X64, 41u, 53u)]
    [DataRow(Architecture.Arm64, Arm64, 198u, 199u)]
    public void Only_unix_sockets_are_made(Architecture architecture, uint audit, uint socket, uint socketPair)
    {
        foreach (var call in (uint[])[socket, socketPair])
        {
            // The kernel reads 32 bits of a family, so the upper half must not matter.
            foreach (var upper in (ulong[])[0, 1, 0xFFFFFFFF])
            {
                Assert.AreEqual(SealFilter.Allow, Verdict(architecture, audit, call, (upper << 32) | 1));
                for (var family = 0ul; family < 64; family++)
                {
                    if (family != 1)
                        Assert.AreEqual(SealFilter.Refuse(13), Verdict(architecture, audit, call, (upper << 32) | family), $"family {family}");
                }
                Assert.AreEqual(SealFilter.Refuse(13), Verdict(architecture, audit, call, (upper << 32) | 0xFFFFFFFF));
            }
            Assert.AreEqual(SealFilter.Ask, Verdict(architecture, audit, call, 2, asks: true));
            Assert.AreEqual(SealFilter.Allow, Verdict(architecture, audit, call, 1, asks: true));
        }
    }

    [TestMethod]
    [DataRow(Architecture.X64, X64, 101u, 310u, 311u)]
    [DataRow(Architecture.Arm64, Arm64, 117u, 270u, 271u)]
    public void Nothing_acts_as_another_process_or_makes_sockets_by_another_way(Architecture architecture, uint audit, uint ptrace, uint readv, uint writev)
    {
        // io_uring_setup, io_uring_enter, io_uring_register, pidfd_getfd
        foreach (var call in (uint[])[ptrace, readv, writev, 425, 426, 427, 438])
        {
            Assert.AreEqual(SealFilter.Refuse(1), Verdict(architecture, audit, call, 0));
            Assert.AreEqual(SealFilter.Ask, Verdict(architecture, audit, call, 0, asks: true));
        }
    }

    [TestMethod]
    [DataRow(Architecture.X64, X64, 56u, 317u)]
    [DataRow(Architecture.Arm64, Arm64, 220u, 277u)]
    public void No_second_listener_and_no_other_parent(Architecture architecture, uint audit, uint clone, uint seccomp)
    {
        foreach (var asks in (bool[])[false, true])
        {
            Assert.AreEqual(SealFilter.Refuse(1), Verdict(architecture, audit, clone, 0x8000 | 17, asks: asks));
            Assert.AreEqual(SealFilter.Allow, Verdict(architecture, audit, clone, 17, asks: asks));
            Assert.AreEqual(SealFilter.Allow, Verdict(architecture, audit, clone, 0x3D0F00, asks: asks));
            Assert.AreEqual(SealFilter.Refuse(38), Verdict(architecture, audit, 435, 0, asks: asks));
            foreach (var flags in (ulong[])[8, 8 | 1 | 16, 0xFF])
                Assert.AreEqual(SealFilter.Refuse(1), BpfMachine.Run(SealFilter.Build(architecture, asks)!, seccomp, audit, 1, flags));
            Assert.AreEqual(SealFilter.Allow, BpfMachine.Run(SealFilter.Build(architecture, asks)!, seccomp, audit, 1, 1));
        }
    }

    /// <summary>The shell that reads the terminal after the build is not sealed. The kernel reads 32 bits of the request.</summary>
    [TestMethod]
    [DataRow(Architecture.X64, X64, 16u)]
    [DataRow(Architecture.Arm64, Arm64, 29u)]
    public void Nothing_is_typed_into_the_terminal(Architecture architecture, uint audit, uint ioctl)
    {
        foreach (var asks in (bool[])[false, true])
        {
            uint Ioctl(ulong request) => BpfMachine.Run(SealFilter.Build(architecture, asks)!, ioctl, audit, 0, request);
            foreach (var request in (ulong[])[0x5412, 0x541C])
            {
                Assert.AreEqual(SealFilter.Refuse(1), Ioctl(request));
                Assert.AreEqual(SealFilter.Refuse(1), Ioctl(0xFFFFFFFF00000000 | request));
            }
            foreach (var request in (ulong[])[0, 0x5401, 0x5411, 0x5413, 0x541B, 0x541D])
                Assert.AreEqual(SealFilter.Allow, Ioctl(request));
        }
    }

    [TestMethod]
    [DataRow(Architecture.X64, I386)]
    [DataRow(Architecture.X64, Arm64)]
    [DataRow(Architecture.Arm64, Arm)]
    [DataRow(Architecture.Arm64, X64)]
    public void Every_call_of_a_foreign_architecture_is_refused(Architecture architecture, uint foreign)
    {
        foreach (var asks in (bool[])[false, true])
        {
            for (var call = 0u; call < 600; call++)
                Assert.AreEqual(SealFilter.Refuse(13), Verdict(architecture, foreign, call, 1, asks: asks));
        }
    }

    [TestMethod]
    [DataRow(Architecture.X64, X64)]
    [DataRow(Architecture.Arm64, Arm64)]
    public void Every_x32_call_is_refused(Architecture architecture, uint audit)
    {
        for (var call = 0u; call < 600; call++)
            Assert.AreEqual(SealFilter.Refuse(13), Verdict(architecture, audit, 0x40000000 | call, 1));
        Assert.AreEqual(SealFilter.Refuse(13), Verdict(architecture, audit, uint.MaxValue, 1));
    }

    [TestMethod]
    [DataRow(Architecture.X64, X64, new uint[] { 41, 53, 101, 310, 311, 425, 426, 427, 435, 438 })]
    [DataRow(Architecture.Arm64, Arm64, new uint[] { 198, 199, 117, 270, 271, 425, 426, 427, 435, 438 })]
    public void Everything_else_takes_place(Architecture architecture, uint audit, uint[] refused)
    {
        for (var call = 0u; call < 600; call++)
        {
            if (!refused.Contains(call))
                Assert.AreEqual(SealFilter.Allow, Verdict(architecture, audit, call, 0), $"call {call}");
        }
    }

    [TestMethod]
    public void An_architecture_that_nobody_looked_at_has_no_filter()
    {
        foreach (var architecture in Enum.GetValues<Architecture>().Where(a => a is not (Architecture.X64 or Architecture.Arm64)))
            Assert.IsNull(SealFilter.Build(architecture, asks: false));
    }

    private static uint Verdict(Architecture architecture, uint audit, uint call, ulong argument, bool asks = false) =>
        BpfMachine.Run(SealFilter.Build(architecture, asks)!, call, audit, argument);
}
