using System.Reflection;
using System.Reflection.Metadata;
using System.Reflection.Metadata.Ecma335;
using System.Reflection.PortableExecutable;
using System.Security.Cryptography;

namespace BuildGuard.TestKit;

/// <summary>
/// Makes tiny, real, deterministic dlls without a compiler. They reference netstandard 2.0 only, so any project can use them.
/// Reflection.Emit would reference the running core library instead, which a C# compiler cannot resolve.
/// </summary>
public sealed class TestAssembly
{
    private static readonly byte[] NetStandardToken = Convert.FromHexString("cc7b13ffcd2ddd51");
    private static readonly byte[] MicrosoftToken = Convert.FromHexString("b03f5f7f11d50a3a");
    private static readonly byte[] RoslynToken = Convert.FromHexString("31bf3856ad364e35");

    private readonly MetadataBuilder _metadata = new();
    private readonly BlobBuilder _il = new();
    private readonly MethodBodyStreamEncoder _bodies;
    private readonly Dictionary<string, AssemblyReferenceHandle> _assemblies = [];
    private readonly string _name;

    private TestAssembly(string name)
    {
        _name = name;
        _bodies = new MethodBodyStreamEncoder(_il);
        _metadata.AddAssembly(Str(name), new Version(1, 0, 0, 0), default, default, 0, AssemblyHashAlgorithm.Sha1);
        _metadata.AddModule(0, Str(name + ".dll"), _metadata.GetOrAddGuid(new Guid(SHA256.HashData(System.Text.Encoding.UTF8.GetBytes(name)).AsSpan(0, 16))), default, default);
    }

    /// <summary>
    /// A dll with one public static class whose <c>public static string Hello()</c> returns the class's full name.
    /// <paramref name="calls"/> adds one method per entry that calls a parameterless static void method (for capability scans; it need not exist);
    /// <paramref name="imports"/> adds a P/Invoke <c>int Function()</c> per entry.
    /// </summary>
    public static byte[] Library(
        string name, string ns, string type = "Class1",
        IEnumerable<(string Assembly, string Namespace, string Type, string Method)>? calls = null,
        IEnumerable<(string Library, string Function)>? imports = null)
    {
        var a = new TestAssembly(name);
        a.AddModuleType();
        var first = a.AddMethod("Hello", a.Signature(isInstance: false, r => r.Type().String()), Static, il =>
        {
            il.LoadString(a._metadata.GetOrAddUserString(ns + "." + type));
            il.OpCode(ILOpCode.Ret);
        });
        foreach (var call in calls ?? [])
        {
            var target = a.Member(a.TypeRef(a.Reference(call.Assembly, new Version(4, 0, 0, 0), MicrosoftToken), call.Namespace, call.Type), call.Method, a.Signature(false, r => r.Void()));
            a.AddMethod("Call" + call.Type + call.Method, a.Signature(false, r => r.Void()), Static, il =>
            {
                il.Call(target);
                il.OpCode(ILOpCode.Ret);
            });
        }
        foreach (var (library, function) in imports ?? [])
        {
            var method = a._metadata.AddMethodDefinition(Static | MethodAttributes.PinvokeImpl, MethodImplAttributes.PreserveSig, a.Str(function), a.Signature(false, r => r.Type().Int32()), -1, default);
            a._metadata.AddMethodImport(method, MethodImportAttributes.CallingConventionCDecl, a.Str(function), a._metadata.AddModuleReference(a.Str(library)));
        }
        a.AddType(TypeAttributes.Public | TypeAttributes.Abstract | TypeAttributes.Sealed, ns, type, a.Object, first);
        return a.ToBytes();
    }

    /// <summary>A dll with an MSBuild task <c>{name}.{type}</c> whose <c>Execute</c> writes <paramref name="marker"/> (an absolute path; an address to fetch, if it begins with http) and returns true.</summary>
    public static byte[] BuildTask(string name, string marker, string type = "EvilTask")
    {
        var a = new TestAssembly(name);
        a.AddModuleType();
        var task = a.TypeRef(a.Reference("Microsoft.Build.Utilities.Core", new Version(15, 1, 0, 0), MicrosoftToken), "Microsoft.Build.Utilities", "Task");
        var first = a.AddConstructor(task);
        a.AddMethod("Execute", a.Signature(true, r => r.Type().Boolean()), Override, il =>
        {
            a.Act(il, marker);
            il.LoadConstantI4(1);
            il.OpCode(ILOpCode.Ret);
        });
        a.AddType(TypeAttributes.Public | TypeAttributes.BeforeFieldInit, name, type, task, first);
        return a.ToBytes();
    }

    /// <summary>
    /// A dll with an incremental source generator for C# whose <c>Initialize</c> writes <paramref name="marker"/> (an absolute path; an address to fetch, if it begins with http). It belongs in
    /// <c>analyzers/dotnet/cs</c>.
    /// </summary>
    public static byte[] Generator(string name, string marker, string type = "EvilGenerator")
    {
        var a = new TestAssembly(name);
        a.AddModuleType();
        var roslyn = a.Reference("Microsoft.CodeAnalysis", new Version(4, 0, 0, 0), RoslynToken);
        var context = a.TypeRef(roslyn, "Microsoft.CodeAnalysis", "IncrementalGeneratorInitializationContext");
        var first = a.AddConstructor(a.Object);
        a.AddMethod("Initialize", a.Signature(true, r => r.Void(), p => p.AddParameter().Type().Type(context, isValueType: true)), Override | MethodAttributes.NewSlot, il =>
        {
            a.Act(il, marker);
            il.OpCode(ILOpCode.Ret);
        });
        var generator = a.AddType(TypeAttributes.Public | TypeAttributes.BeforeFieldInit, name, type, a.Object, first);
        a._metadata.AddInterfaceImplementation(generator, a.TypeRef(roslyn, "Microsoft.CodeAnalysis", "IIncrementalGenerator"));
        var attribute = a.Member(a.TypeRef(roslyn, "Microsoft.CodeAnalysis", "GeneratorAttribute"), ".ctor", a.Signature(true, r => r.Void()));
        a._metadata.AddCustomAttribute(generator, attribute, a._metadata.GetOrAddBlob(new byte[] { 1, 0, 0, 0 }));
        return a.ToBytes();
    }

    /// <summary>
    /// A dll with a build check <c>{name}.{type}</c>, which MSBuild makes while it evaluates a project, in a build with <c>-check</c>. Its constructor writes <paramref name="marker"/> (an absolute path; an address to
    /// fetch, if it begins with http). It has no rules, so MSBuild does not go on with it.
    /// </summary>
    public static byte[] BuildCheck(string name, string marker, string type = "EvilCheck")
    {
        var a = new TestAssembly(name);
        a.AddModuleType();
        var msbuild = a.Reference("Microsoft.Build", new Version(15, 1, 0, 0), MicrosoftToken);
        TypeReferenceHandle Api(string api) => a.TypeRef(msbuild, "Microsoft.Build.Experimental.BuildCheck", api);
        var check = Api("Check");
        var first = a.AddConstructor(check, il => a.Act(il, marker));
        a.AddMethod("get_FriendlyName", a.Signature(true, r => r.Type().String()), Override, il =>
        {
            il.LoadString(a._metadata.GetOrAddUserString(name));
            il.OpCode(ILOpCode.Ret);
        });
        var list = a.TypeRef(a.NetStandard, "System.Collections.Generic", "IReadOnlyList`1");
        a.AddMethod("get_SupportedRules", a.Signature(true, r => r.Type().GenericInstantiation(list, 1, isValueType: false).AddArgument().Type(Api("CheckRule"), isValueType: false)), Override, il =>
        {
            il.OpCode(ILOpCode.Ldnull);
            il.OpCode(ILOpCode.Ret);
        });
        foreach (var (method, context) in (ReadOnlySpan<(string, string)>)[("Initialize", "ConfigurationContext"), ("RegisterActions", "IBuildCheckRegistrationContext")])
            a.AddMethod(method, a.Signature(true, r => r.Void(), p => p.AddParameter().Type().Type(Api(context), isValueType: false)), Override, il => il.OpCode(ILOpCode.Ret));
        a.AddType(TypeAttributes.Public | TypeAttributes.BeforeFieldInit, name, type, check, first);
        return a.ToBytes();
    }

    private const MethodAttributes Static = MethodAttributes.Public | MethodAttributes.Static | MethodAttributes.HideBySig;
    private const MethodAttributes Override = MethodAttributes.Public | MethodAttributes.Virtual | MethodAttributes.HideBySig;

    private AssemblyReferenceHandle NetStandard => Reference("netstandard", new Version(2, 0, 0, 0), NetStandardToken);
    private TypeReferenceHandle Object => TypeRef(NetStandard, "System", "Object");

    private StringHandle Str(string text) => _metadata.GetOrAddString(text);

    private AssemblyReferenceHandle Reference(string name, Version version, byte[] token)
    {
        if (!_assemblies.TryGetValue(name, out var handle))
            _assemblies[name] = handle = _metadata.AddAssemblyReference(Str(name), version, default, _metadata.GetOrAddBlob(token), 0, default);
        return handle;
    }

    private TypeReferenceHandle TypeRef(AssemblyReferenceHandle assembly, string ns, string type) => _metadata.AddTypeReference(assembly, Str(ns), Str(type));

    private MemberReferenceHandle Member(EntityHandle type, string name, BlobHandle signature) => _metadata.AddMemberReference(type, Str(name), signature);

    private BlobHandle Signature(bool isInstance, Action<ReturnTypeEncoder> returns, params Action<ParametersEncoder>[] parameters)
    {
        var blob = new BlobBuilder();
        new BlobEncoder(blob).MethodSignature(isInstanceMethod: isInstance).Parameters(parameters.Length, returns, p =>
        {
            foreach (var parameter in parameters) parameter(p);
        });
        return _metadata.GetOrAddBlob(blob);
    }

    private MethodDefinitionHandle AddMethod(string name, BlobHandle signature, MethodAttributes attributes, Action<InstructionEncoder> body)
    {
        var il = new InstructionEncoder(new BlobBuilder());
        body(il);
        return _metadata.AddMethodDefinition(attributes, MethodImplAttributes.IL, Str(name), signature, _bodies.AddMethodBody(il), default);
    }

    private MethodDefinitionHandle AddConstructor(EntityHandle baseType, Action<InstructionEncoder>? body = null)
    {
        var signature = Signature(true, r => r.Void());
        return AddMethod(".ctor", signature, MethodAttributes.Public | MethodAttributes.HideBySig | MethodAttributes.SpecialName | MethodAttributes.RTSpecialName, il =>
        {
            il.LoadArgument(0);
            il.Call(Member(baseType, ".ctor", signature));
            body?.Invoke(il);
            il.OpCode(ILOpCode.Ret);
        });
    }

    private void Act(InstructionEncoder il, string marker)
    {
        if (marker.StartsWith("http", StringComparison.Ordinal)) Fetch(il, marker);
        else WriteMarker(il, marker);
    }

    /// <summary><c>((IAsyncResult)new HttpClient().GetStringAsync(address)).AsyncWaitHandle.WaitOne(3000)</c>: whatever comes of it, nothing is thrown.</summary>
    private void Fetch(InstructionEncoder il, string address)
    {
        var (client, task, result, handle) = (TypeRef(NetStandard, "System.Net.Http", "HttpClient"), TypeRef(NetStandard, "System.Threading.Tasks", "Task`1"), TypeRef(NetStandard, "System", "IAsyncResult"), TypeRef(NetStandard, "System.Threading", "WaitHandle"));
        il.OpCode(ILOpCode.Newobj);
        il.Token(Member(client, ".ctor", Signature(true, r => r.Void())));
        il.LoadString(_metadata.GetOrAddUserString(address));
        il.Call(Member(client, "GetStringAsync", Signature(true, r => r.Type().GenericInstantiation(task, 1, isValueType: false).AddArgument().String(), p => p.AddParameter().Type().String())));
        il.OpCode(ILOpCode.Castclass);
        il.Token(result);
        il.OpCode(ILOpCode.Callvirt);
        il.Token(Member(result, "get_AsyncWaitHandle", Signature(true, r => r.Type().Type(handle, isValueType: false))));
        il.LoadConstantI4(3000);
        il.OpCode(ILOpCode.Callvirt);
        il.Token(Member(handle, "WaitOne", Signature(true, r => r.Type().Boolean(), p => p.AddParameter().Type().Int32())));
        il.OpCode(ILOpCode.Pop);
    }

    private void WriteMarker(InstructionEncoder il, string marker)
    {
        il.LoadString(_metadata.GetOrAddUserString(marker));
        il.LoadString(_metadata.GetOrAddUserString(_name));
        il.Call(Member(TypeRef(NetStandard, "System.IO", "File"), "WriteAllText", Signature(false, r => r.Void(), p => p.AddParameter().Type().String(), p => p.AddParameter().Type().String())));
    }

    private void AddModuleType() => AddType(default, "", "<Module>", default, MetadataTokens.MethodDefinitionHandle(1));

    private TypeDefinitionHandle AddType(TypeAttributes attributes, string ns, string name, EntityHandle baseType, MethodDefinitionHandle firstMethod) =>
        _metadata.AddTypeDefinition(attributes, Str(ns), Str(name), baseType, MetadataTokens.FieldDefinitionHandle(1), firstMethod);

    private byte[] ToBytes()
    {
        var pe = new ManagedPEBuilder(
            new PEHeaderBuilder(imageCharacteristics: Characteristics.ExecutableImage | Characteristics.LargeAddressAware | Characteristics.Dll),
            new MetadataRootBuilder(_metadata), _il,
            deterministicIdProvider: blobs => BlobContentId.FromHash(SHA256.HashData([.. blobs.SelectMany(b => b.GetBytes())])));
        var image = new BlobBuilder();
        pe.Serialize(image);
        return image.ToArray();
    }
}
