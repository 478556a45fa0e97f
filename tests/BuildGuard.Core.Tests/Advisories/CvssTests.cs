using System.Globalization;
using BuildGuard.Core.Advisories;

namespace BuildGuard.Core.Tests.Advisories;

/// <summary>Scores of vectors, as FIRST's own calculators give them.</summary>
[TestClass]
public sealed class CvssTests
{
    [TestMethod]
    [DataRow("AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H", "10.0")]
    [DataRow("AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H", "9.8")]
    [DataRow("AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N", "5.3")]
    [DataRow("AV:N/AC:L/PR:N/UI:R/S:C/C:H/I:H/A:H", "9.6")]
    [DataRow("AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N", "6.1")]
    [DataRow("AV:N/AC:L/PR:L/UI:N/S:C/C:H/I:H/A:H", "9.9")]
    [DataRow("AV:N/AC:L/PR:L/UI:R/S:C/C:H/I:H/A:H", "9.0")]
    [DataRow("AV:N/AC:L/PR:L/UI:R/S:U/C:L/I:N/A:N", "3.5")]
    [DataRow("AV:N/AC:L/PR:H/UI:N/S:C/C:H/I:H/A:H", "9.1")]
    [DataRow("AV:N/AC:L/PR:H/UI:N/S:C/C:N/I:N/A:H", "6.8")]
    [DataRow("AV:N/AC:L/PR:H/UI:N/S:U/C:H/I:H/A:L", "6.7")]
    [DataRow("AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:N", "0.0")]
    [DataRow("A:H/I:H/C:H/S:U/UI:N/PR:N/AC:H/AV:N", "8.1")]
    [DataRow("AV:L/AC:L/PR:N/UI:R/S:U/C:H/I:N/A:H/E:P/RL:O/RC:C", "7.1")]
    public void Version31(string vector, string score) => Assert.AreEqual(decimal.Parse(score, CultureInfo.InvariantCulture), Cvss.Score("CVSS:3.1/" + vector));

    [TestMethod]
    [DataRow("AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:H/VA:L/SC:N/SI:H/SA:L", "9.2")]
    [DataRow("AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:L/SC:H/SI:N/SA:L", "7.8")]
    [DataRow("AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:L/VA:N/SC:N/SI:L/SA:N", "6.9")]
    [DataRow("AV:N/AC:L/AT:N/PR:N/UI:P/VC:H/VI:N/VA:L/SC:N/SI:H/SA:N", "8.3")]
    [DataRow("AV:N/AC:L/AT:N/PR:N/UI:P/VC:L/VI:N/VA:N/SC:L/SI:N/SA:L", "5.3")]
    [DataRow("AV:N/AC:L/AT:N/PR:N/UI:A/VC:H/VI:H/VA:H/SC:N/SI:N/SA:N", "8.6")]
    [DataRow("AV:N/AC:L/AT:N/PR:L/UI:N/VC:H/VI:N/VA:L/SC:N/SI:L/SA:N", "7.1")]
    [DataRow("AV:N/AC:L/AT:N/PR:H/UI:P/VC:L/VI:H/VA:L/SC:L/SI:L/SA:L", "6.9")]
    [DataRow("AV:N/AC:L/AT:P/PR:N/UI:N/VC:H/VI:N/VA:N/SC:L/SI:L/SA:L", "8.2")]
    [DataRow("AV:N/AC:L/AT:P/PR:N/UI:A/VC:N/VI:N/VA:N/SC:L/SI:N/SA:N", "2.1")]
    [DataRow("AV:N/AC:L/AT:P/PR:L/UI:A/VC:H/VI:H/VA:L/SC:L/SI:L/SA:L", "7.3")]
    [DataRow("AV:N/AC:L/AT:P/PR:H/UI:A/VC:N/VI:L/VA:N/SC:N/SI:L/SA:N", "1.8")]
    [DataRow("AV:N/AC:H/AT:N/PR:N/UI:N/VC:H/VI:H/VA:N/SC:L/SI:H/SA:L", "9.4")]
    [DataRow("AV:N/AC:H/AT:N/PR:L/UI:P/VC:H/VI:H/VA:H/SC:H/SI:L/SA:H", "8.8")]
    [DataRow("AV:N/AC:H/AT:N/PR:H/UI:N/VC:N/VI:N/VA:N/SC:L/SI:H/SA:N", "4.8")]
    [DataRow("AV:N/AC:H/AT:P/PR:N/UI:N/VC:H/VI:H/VA:H/SC:H/SI:L/SA:N", "9.5")]
    [DataRow("AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H", "7.3")]
    [DataRow("AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:P", "5.9")]
    [DataRow("AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/E:U", "4.1")]
    [DataRow("AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/CR:H/IR:H/AR:M", "7.2")]
    [DataRow("AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/CR:M/IR:M/AR:M", "5.5")]
    [DataRow("AV:P/AC:H/AT:P/PR:H/UI:A/VC:H/VI:H/VA:H/SC:H/SI:H/SA:H/CR:L/IR:L/AR:L", "5.4")]
    [DataRow("AV:N/AC:L/AT:N/PR:N/UI:N/VC:N/VI:N/VA:N/SC:N/SI:N/SA:N/E:A", "0.0")]
    public void Version4(string vector, string score) => Assert.AreEqual(decimal.Parse(score, CultureInfo.InvariantCulture), Cvss.Score("CVSS:4.0/" + vector));

    [TestMethod]
    [DataRow("")]
    [DataRow("CVSS:3.1")]
    [DataRow("7.5")]
    [DataRow("AV:N/AC:L/Au:N/C:P/I:P/A:P")]
    [DataRow("CVSS:5.0/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")]
    [DataRow("CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H")]
    [DataRow("CVSS:3.1/AV:Z/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")]
    [DataRow("CVSS:3.1/AV:N/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H")]
    [DataRow("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:H/VA:L/SC:N/SI:H")]
    [DataRow("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:H/VA:L/SC:N/SI:S/SA:L")]
    [DataRow("CVSS:4.0/AV:N/AC:L/AT:N/PR:N/UI:N/VC:L/VI:H/VA:L/SC:N/SI:H/SA:")]
    public void WhatIsNoVectorHasNoScore(string vector) => Assert.IsNull(Cvss.Score(vector));

    [TestMethod]
    public void AVectorOfAnyLengthEnds() => Assert.IsNull(Cvss.Score("CVSS:4.0/" + string.Join('/', Enumerable.Range(0, 1_000_000).Select(i => $"X{i}:Y"))));

    [TestMethod]
    [DataRow("0.0", AdvisorySeverity.Low)]
    [DataRow("3.9", AdvisorySeverity.Low)]
    [DataRow("4.0", AdvisorySeverity.Moderate)]
    [DataRow("6.9", AdvisorySeverity.Moderate)]
    [DataRow("7.0", AdvisorySeverity.High)]
    [DataRow("8.9", AdvisorySeverity.High)]
    [DataRow("9.0", AdvisorySeverity.Critical)]
    public void TheWordForAScore(string score, AdvisorySeverity word) => Assert.AreEqual(word, Cvss.SeverityOf(decimal.Parse(score, CultureInfo.InvariantCulture)));
}
