module "counted" {
  source = "./m"
  count  = 2
  bucket = "counted"
}

module "each" {
  source   = "./m"
  for_each = toset(["a", "b"])
  bucket   = each.key
}
