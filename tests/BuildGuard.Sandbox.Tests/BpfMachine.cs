using BuildGuard.Sandbox.Filter;

namespace BuildGuard.Sandbox.Tests;

/// <summary>Runs a filter as the kernel would (linux/net/core/filter.c, as far as a filter needs it), so that filters of other architectures can be judged here.</summary>
internal static class BpfMachine
{
    /// <summary>The verdict on one call.</summary>
    /// <exception cref="InvalidOperationException">The kernel would not load the program.</exception>
    public static uint Run(IReadOnlyList<BpfInstruction> program, uint call, uint architecture, params ulong[] arguments)
    {
        var data = new byte[64];
        BitConverter.TryWriteBytes(data.AsSpan(0), call);
        BitConverter.TryWriteBytes(data.AsSpan(4), architecture);
        for (var i = 0; i < arguments.Length; i++)
            BitConverter.TryWriteBytes(data.AsSpan(16 + (8 * i)), arguments[i]);
        var accumulator = 0u;
        // A jump only goes forward, so this ends.
        for (var at = 0; at < program.Count; at++)
        {
            var i = program[at];
            switch (i.Code)
            {
                case BpfInstruction.Load when i.Value % 4 == 0 && i.Value < data.Length:
                    accumulator = BitConverter.ToUInt32(data, (int)i.Value);
                    break;
                case BpfInstruction.IfEqual:
                    at += accumulator == i.Value ? i.WhenTrue : i.WhenFalse;
                    break;
                case BpfInstruction.IfAtLeast:
                    at += accumulator >= i.Value ? i.WhenTrue : i.WhenFalse;
                    break;
                case BpfInstruction.IfAnySet:
                    at += (accumulator & i.Value) != 0 ? i.WhenTrue : i.WhenFalse;
                    break;
                case BpfInstruction.Return:
                    return i.Value;
                default:
                    throw new InvalidOperationException($"Instruction {at} is not one that the kernel takes: {i}");
            }
        }
        throw new InvalidOperationException("The program ends without a verdict.");
    }
}
