using BuildGuard.Sandbox;
using BuildGuard.Sandbox.Brokers;

// The broker of a seal. Nobody starts it by hand: SealSession does, and gives it two sockets.
const int ParentDied = 1;
const int Dumpable = 4;
const int Continue = 18;

if (args is not [var sealedProcess, .. var orders] || orders.Length != 3 || !OperatingSystem.IsLinux()
    || ProcessTable.Of(int.Parse(sealedProcess, System.Globalization.CultureInfo.InvariantCulture)) is not { } root)
{
    return 2;
}
// Whoever stopped it must not keep it from ending with the process that it serves.
_ = Native.prctl(ParentDied, Continue, 0, 0, 0);
// Its memory and files are nobody's but its own, also for processes of the same user.
_ = Native.prctl(Dumpable, 0, 0, 0, 0);
new Broker(SealOrders.Of(orders), root, SealSession.ControlFile, SealSession.DoorFile).Serve();
return 0;
