namespace BuildGuard.Sandbox.Filter;

/// <summary>One instruction of a classic BPF program, laid out as the kernel reads it (<c>struct sock_filter</c>, linux/filter.h).</summary>
/// <param name="Code">What it does.</param>
/// <param name="WhenTrue">Instructions to skip where a comparison holds.</param>
/// <param name="WhenFalse">Instructions to skip where it does not.</param>
/// <param name="Value">The operand.</param>
public readonly record struct BpfInstruction(ushort Code, byte WhenTrue, byte WhenFalse, uint Value)
{
    /// <summary>Loads 32 bits of the call's description, at a byte offset.</summary>
    public const ushort Load = 0x20;

    /// <summary>Compares for equality.</summary>
    public const ushort IfEqual = 0x15;

    /// <summary>Compares for greater or equal, unsigned.</summary>
    public const ushort IfAtLeast = 0x35;

    /// <summary>Asks whether any of some bits is set.</summary>
    public const ushort IfAnySet = 0x45;

    /// <summary>Ends with a verdict.</summary>
    public const ushort Return = 0x06;
}
