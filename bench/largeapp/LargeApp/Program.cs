using FluentValidation;
using LargeApp;
using LargeApp.Data;
using Microsoft.EntityFrameworkCore;
using Newtonsoft.Json;
using OpenTelemetry.Trace;
using Serilog;

var builder = WebApplication.CreateBuilder(args);

builder.Host.UseSerilog((_, configuration) => configuration.WriteTo.Console());
builder.Services.AddDbContext<ShopDbContext>(options => options.UseSqlite("Data Source=shop.db"));
builder.Services.AddValidatorsFromAssemblyContaining<ProductValidator>();
builder.Services.AddEndpointsApiExplorer();
builder.Services.AddSwaggerGen();
builder.Services.AddGrpc();
builder.Services.AddOpenTelemetry().WithTracing(tracing => tracing.AddAspNetCoreInstrumentation());

var app = builder.Build();

app.UseSwagger();
app.MapGrpcService<GreeterService>();
app.MapGet("/", () => JsonConvert.SerializeObject(new { name = "LargeApp" }));
app.MapGet("/products", async (ShopDbContext db) => await db.Products.AsNoTracking().ToListAsync());
app.MapPost("/products", async (Product product, IValidator<Product> validator, ShopDbContext db) =>
{
    var result = await validator.ValidateAsync(product);
    if (!result.IsValid)
    {
        return Results.ValidationProblem(result.ToDictionary());
    }

    db.Products.Add(product);
    await db.SaveChangesAsync();
    return Results.Created($"/products/{product.Id}", product);
});

await app.RunAsync();
