using Bogus;
using LargeApp.Data;
using Shouldly;
using Xunit;

namespace LargeApp.Tests;

public class ProductValidatorTests
{
    [Fact]
    public void A_named_product_is_valid()
    {
        var product = new Product { Name = new Faker().Commerce.ProductName(), Price = 1 };

        new ProductValidator().Validate(product).IsValid.ShouldBeTrue();
    }

    [Fact]
    public void A_product_without_a_name_is_not_valid()
    {
        new ProductValidator().Validate(new Product { Name = string.Empty }).IsValid.ShouldBeFalse();
    }
}
