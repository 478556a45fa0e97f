using FluentValidation;
using LargeApp.Data;

namespace LargeApp;

public sealed class ProductValidator : AbstractValidator<Product>
{
    public ProductValidator()
    {
        RuleFor(p => p.Name).NotEmpty().MaximumLength(200);
        RuleFor(p => p.Price).GreaterThanOrEqualTo(0);
    }
}
